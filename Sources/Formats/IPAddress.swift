import Glibc

/// Tells addresses from other text.
enum IPAddress {
    enum Family { case v4, v6 }

    /// What `text` is an address of, written in full and without a zone; nothing for anything else.
    static func family(of text: String) -> Family? {
        guard (2...40).contains(text.utf8.count), !text.utf8.contains(0) else { return nil }
        var address = in6_addr()
        if inet_pton(AF_INET, text, &address) == 1 { return .v4 }
        return inet_pton(AF_INET6, text, &address) == 1 ? .v6 : nil
    }
}
