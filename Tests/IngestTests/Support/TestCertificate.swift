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

    /// Another one for the same name.
    static let otherCertificate = """
        -----BEGIN CERTIFICATE-----
        MIIBZzCCAQ2gAwIBAgIBAjAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
        c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
        CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABL/ESnkSu2YXUhye
        dRaWLEWQgPrAuQ8+u6Qb59XqbPG0GIWmTo0FxkiUmHk04lPSLsT1/of7FGxFuv6T
        CtV55z2jTjBMMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAPBgNVHRMBAf8E
        BTADAQH/MB0GA1UdDgQWBBSuU+y6y5kzFlAMhfWP/u0c+xlmLTAKBggqhkjOPQQD
        AgNIADBFAiEAgDRoi1GAdryNdmkTLTFFV6JhiFBIQulmlAENbkQYRZMCIG07l8Tp
        ZKETc1wm3M469uvxVI+5J0xe1ieZK9NvC5nT
        -----END CERTIFICATE-----
        """

    static let otherKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9/Kys05+PHY6/dfY
        xsoe3Ek8zJZP/sLriXa2c98mmdShRANCAAS/xEp5ErtmF1IcnnUWlixFkID6wLkP
        PrukG+fV6mzxtBiFpk6NBcZIlJh5NOJT0i7E9f6H+xRsRbr+kwrVeec9
        -----END PRIVATE KEY-----
        """
}
