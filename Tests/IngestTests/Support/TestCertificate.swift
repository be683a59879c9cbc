/// A self-signed certificate for localhost and its key; both are public and prove nothing.
enum TestCertificate {
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBZzCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
        c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
        CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABDyOQj546FBcsVIZ
        KvuMN9e4dbXo9LXUsqI1iuDWc4k0AlGKBZYw9XrpinOGHeLhuGyYkEMgFuMBtWpb
        j1nH5tGjTjBMMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAPBgNVHRMBAf8E
        BTADAQH/MB0GA1UdDgQWBBSs/zNHBWt9XvNLMuAgRVIh8iTbJDAKBggqhkjOPQQD
        AgNIADBFAiATUCk4g5dg8V5iRrAaZa+prhbY1cUEgr0sCiLC+Lz7vAIhAPr2XIsl
        9jtngj043i8i9ui5eIejTK/ONeEhZXPof58+
        -----END CERTIFICATE-----
        """

    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAT56lDmmM/j429sN
        +8f+o7mXxhgfePuqOOr9rrpN1DyhRANCAAQ8jkI+eOhQXLFSGSr7jDfXuHW16PS1
        1LKiNYrg1nOJNAJRigWWMPV66Ypzhh3i4bhsmJBDIBbjAbVqW49Zx+bR
        -----END PRIVATE KEY-----
        """
}
