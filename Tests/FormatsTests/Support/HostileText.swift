/// Text as an attacker writes it: the delimiters of every format, hidden and doubled.
enum HostileText {
    static let pieces = [
        "\r\n", "\n", "\r", "\t", " ", "\0", "\u{1}", "\u{1b}[2J", "\u{7f}", "\u{85}", "\u{2028}", "\u{2029}", "\u{202e}", "\u{200b}", "\u{feff}", "\u{fffe}",
        "\"", "\"\u{301}", "'", "\\", "\\\u{301}", "|", "|\u{308}", "=", "=\u{301}", "]", "]\u{301}", "[", "<", "<\u{338}", ">", "&", "&lt;", "&amp;", "@",
        "@\u{301}",
        "<!channel>", "<@U123>", "<https://evil.example|bank>", "@here", "@everyone", "<script>alert(1)</script>", "\" onmouseover=\"x", "CEF:0|a|b|c|d|e|5|",
        " cs1=x", "\\n", "\\=", "=?UTF-8?Q?x?=", "?=", "Bcc: a@b.example", "=cmd|' /C calc'!A0", "+1", "-1", ",", ";", "{", "}", "{\"a\":1}",
        "${jndi:ldap://x}",
        "<13>1 2026", "12 <13>", "*", "_", "~", "`", "```", "é", "e\u{301}", "日本", "👩‍👩‍👧", "𐏿", "a", "Z", "0", "https://h.example/p?q=1", "_msg", "--", "%0d%0a",
        "\u{e000}",
    ]

    static func make(_ random: inout SeededRandom, pieces count: ClosedRange<Int> = 0...12) -> String {
        (0..<Int.random(in: count, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }
}
