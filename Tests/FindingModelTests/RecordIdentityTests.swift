import Digests
import FindingModel
import Testing

/// The constants were computed outside this code (Python's hashlib) and may never change: they are the ids of records in the field.
struct RecordIdentityTests {
    @Test func givesTheSameUIDForLife() {
        let digest = RecordIdentity.digest(vendor: "hostedscan", account: "acme", key: "66f2c0d79c41d8004e0b7c71")
        #expect(digest.hex == "3c781fd9bfb0f3ba9e0becf12b5a5dc894c68c7c157f7db1bddab3599412fdaf")
        #expect(RecordIdentity.uid(.finding, digest: digest) == "f_3c781fd9bfb0f3ba9e0becf12b5a5dc8")
        #expect(RecordIdentity.uid(.scan, digest: digest) == "s_3c781fd9bfb0f3ba9e0becf12b5a5dc8")
        #expect(RecordIdentity.uid(.notice, digest: digest) == "n_3c781fd9bfb0f3ba9e0becf12b5a5dc8")
        #expect(RecordIdentity.digest(vendor: "holm", account: "hölm", key: "").hex == "af05d42c37532f5d95f0e4e2f7c6ce89db7daefa8037afd6d24aa8730cdeb192")
    }

    @Test func hashesTuplesByTheirParts() {
        #expect(RecordIdentity.key(tuple: ["ab", "c"]) == "f2939f903016e5bb29b1e4a61cdbd376220ca03a24180b39995f2d50f2e0a647")
        #expect(RecordIdentity.key(tuple: ["a", "bc"]) == "b534ce16ac9c8b36823f39a395ce8e0e3c7ad9605b82b5444f18cadacd217a5d")
        #expect(RecordIdentity.key(tuple: []) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    static func resource(hostname: String? = nil, ip: String? = nil, path: String? = nil) -> Resource {
        var resource = Resource()
        resource.hostname = hostname
        resource.ip = ip
        resource.path = path
        return resource
    }

    @Test(arguments: ["shop.example.test", "Shop.Example.TEST.", "SHOP.EXAMPLE.TEST.."]) func sharesAFlawByItsCVEs(host: String) {
        let vulnerabilities = [
            Vulnerability(id: "cve-2024-2", type: .cve), Vulnerability(id: "CVE-2021-1", type: .cve), Vulnerability(id: "CVE-2024-2", type: .cve),
            Vulnerability(id: "CWE-79", type: .cwe),
        ]
        let cross = RecordIdentity.cross1(
            resource: Self.resource(hostname: host, ip: "192.0.2.1", path: "/x"), vulnerabilities: vulnerabilities, rule: Rule(uid: "1"))
        #expect(cross == "a0a790b171574fff04b426333be8b7cd468617db6ab04a3778644e36eb91a94e")
    }

    @Test(arguments: ["/a/b", "/a/b/", "/a/b//", "/a/b?q=1/2", "/a/b/#frag", "/a/b#?"]) func sharesAFlawByItsCWEsAndPath(path: String) {
        let cross = RecordIdentity.cross1(
            resource: Self.resource(hostname: "", ip: "192.0.2.7", path: path), vulnerabilities: [Vulnerability(id: "CWE-79", type: .cwe)], rule: nil)
        #expect(cross == "7aad210a1efba6ef75bc0f15c26c718d662ce713ce2bb54a4806a9043849976c")
    }

    @Test(arguments: [nil, "", "/", "?q"]) func sharesAFlawByItsRuleAndPath(path: String?) {
        let resource = Self.resource(hostname: "h", path: path)
        let expected = "cafcbac45e0e86e1bfb10ef48a9ae1099631fa6b8251ad02492fb2e932ed79c5"
        #expect(RecordIdentity.cross1(resource: resource, vulnerabilities: [], rule: Rule(uid: "r1", name: "other")) == expected)
        #expect(
            RecordIdentity.cross1(resource: resource, vulnerabilities: [Vulnerability(id: "x", type: .vendor)], rule: Rule(uid: "", name: "r1")) == expected)
    }

    @Test func placesHaveOneFormHoweverTheyAreWritten() throws {
        let cve = [Vulnerability(id: "CVE-2021-1", type: .cve)]
        func cross(_ change: (inout Resource) -> Void) -> String? {
            var resource = Resource()
            change(&resource)
            return RecordIdentity.cross2(resources: [resource], vulnerabilities: cve, rule: nil)
        }
        func all(_ names: [String], _ change: (inout Resource, String) -> Void) -> Set<String?> { Set(names.map { name in cross { change(&$0, name) } }) }
        let hosts = all(["bücher.example", "BÜCHER.example.", "xn--bcher-kva.example"]) { $0.hostname = $1 }
        let images = all(["nginx", "library/nginx", "docker.io/library/nginx:latest", "index.docker.io/nginx", "https://docker.io/nginx"]) {
            ($0.type, $0.name) = ("image", $1)
        }
        let digests = all(["ghcr.io/a/b@sha256:00", "GHCR.io/a/b@sha256:00"]) { ($0.type, $0.name) = ("image", $1) }
        let repositories = all(["https://github.com/A/b", "https://user:secret@GitHub.com/a/b.git", "ssh://git@github.com/a/b/"]) {
            ($0.type, $0.url) = ("repository", $1)
        }
        let clouds = all(["arn:aws:ec2:eu-north-1:1:instance/i"]) { ($0.type, $0.uid) = ("cloud", $1) }
        for places in [hosts, images, digests, repositories, clouds] { #expect(places.count == 1 && !places.contains(nil)) }
        #expect(Set([hosts, images, digests, repositories, clouds].flatMap { $0 }).count == 5)
        for (type, name) in [("image", "a b"), ("repository", "a/b"), ("cloud", "i-1"), ("project", "p")] {
            #expect(cross { ($0.type, $0.name, $0.uid) = (type, name, name) } == nil, "\(type)")
        }
    }

    @Test func placesInAPathTellFlawsWithoutACVEApart() {
        func cross(path: String, _ type: Vulnerability.Kind, _ id: String) -> String? {
            RecordIdentity.cross2(
                resources: [Self.resource(hostname: "h", path: path)], vulnerabilities: [Vulnerability(id: id, type: type)], rule: Rule(uid: "r"))
        }
        #expect(cross(path: "/a", .cwe, "CWE-79") != cross(path: "/b", .cwe, "CWE-79"))
        #expect(cross(path: "/a", .cve, "CVE-2024-1") == cross(path: "/b", .cve, "CVE-2024-1"))
        // A GHSA names no flaw of a host, as before: its rule does.
        #expect(
            cross(path: "/a", .ghsa, "GHSA-1")
                == RecordIdentity.cross2(resources: [Self.resource(hostname: "h", path: "/a")], vulnerabilities: [], rule: Rule(uid: "r")))
    }

    @Test func sharesNothingWithoutAHostOrAName() {
        let cve = [Vulnerability(id: "CVE-2021-1", type: .cve)]
        #expect(RecordIdentity.cross1(resource: Self.resource(), vulnerabilities: cve, rule: nil) == nil)
        #expect(RecordIdentity.cross1(resource: Self.resource(hostname: "..", ip: ""), vulnerabilities: cve, rule: nil) == nil)
        #expect(RecordIdentity.cross1(resource: Self.resource(hostname: "h"), vulnerabilities: [], rule: Rule(category: "web")) == nil)
        #expect(RecordIdentity.cross1(resource: Self.resource(hostname: "h"), vulnerabilities: [Vulnerability(id: "", type: .cve)], rule: nil) == nil)
    }
}
