/// A manifest with every construct of the adapter language, and an event for it.
enum EveryConstruct {
    static let manifest = #"""
        adapter: example
        vendor: Example Security
        names: loose
        timezone: Europe/Stockholm
        absent: [ None, N/A ]
        authenticate:
          hmac:
            algorithm: sha256
            signature: { header: X-Sig, prefix: "sha256=", encoding: hex }
            message: [ { header: X-Ts }, ".", body ]
            timestamp: { header: X-Ts, unit: ms, tolerance: 13h }
        json: [ $.content ]
        redact:
          - [ $..password, $.webhooks.url ]
          - { in: $..site, keep: [ id, url ] }
          - { in: $.content.requests, http-headers: [ authorization, cookie, set-cookie ] }
        clear: [ $.content.token_count ]
        event:
          key: $.id
          kind: [ $.event, { join: [ { header: X-Event }, $.action ], with: . }, { only-key: $ } ]
          time: [ $.occurred_at, { from: $.created, time: s } ]
        ignore: [ ping ]
        known: [ $.object_type ]
        drop: [ $.deliveries ]
        records:
          - kinds: [ scan_done, scan_failed ]
            scan:
              key: $.content.id
              status: { from: $.event, map: { scan_done: completed, scan_failed: failed } }
              duration_ms: { from: $.content.seconds, duration: s }
              errors: { all: [ $.content.crawler.errors, { from: $.content.log, split: "\n\n" } ] }
              finding_uids: { closed: { all: [ $.content.closed.id, $.content.closed ] } }
            finding:
              each: $.content.results
              when: { .kind: [ vuln, issue ] }
              key: [ { join: [ $.target.id, .id ] }, { hash: [ .name, .host, .port ] } ]
              title: [ .name, .title, . ]
              severity: { from: .level, map: { 10: low, 20: medium, 30: high } }
              status:
                - { when: { .state: CLOSED }, then: fixed }
                - { when: { .is_accepted: true }, unless: { has: .expired }, then: accepted }
                - { from: .state, map: { OPEN: open } }
              rule: { uid: .rule.id, category: { from: .type, map: { a: web }, else: network } }
              vulnerabilities: { ids: { all: [ .cve, .title, { join: [ CWE-, .cwe ], with: "" } ] }, cvss: { score: .cvss, vector: .cvss }, references: .refs }
              resources: { address: [ .url, .host ], port: [ .port, { from: .title, pattern: "Open * port: {}" } ], type: web }
              evidence: [ { each: .requests, type: http, request: .request }, { type: text, summary: ."odd.name" } ]
              first_seen_time: .firstSeen
              labels: { all: [ .labels.name, .labels ] }
              known: [ .extra ]
        """#

    static let body = #"""
        {"id":"e1","event":"scan_done","occurredAt":"2026-03-02T09:00:00.1234567","object_type":"scan","deliveries":[1],"webhooks":[{"url":"https://x.example/secret"}],
        "target":{"id":"t"},"site":{"id":1,"url":"https://s.example","cookies":[{"v":"c"}]},"content":{"id":5,"seconds":"95.5","token_count":7,"password":"p",
        "crawler":{"errors":["e1",null]},"log":"e2\n\ne3","closed":["c1",{"id":"c2"}],"requests":[{"raw":"GET / HTTP/1.1\r\nCookie: a=b\r\n\r\n"}],"results":[
        {"kind":"vuln","id":1,"name":"SQL injection","level":30.0,"state":"OPEN","rule":{"id":"r1"},"type":"a","cve":["CVE-2024-0001"],"cwe":"089","cvss":"9.8",
         "refs":["https://r.example"],"url":"https://u:p@h.example:8443/p","requests":[{"request":"GET /"},{"request":"None"}],"odd.name":"odd","first-seen":"2026-03-01 12:00",
         "labels":[{"name":"l1"},"l2"],"extra":{"x":1}},
        {"kind":"Issue","title":"Open TCP port: 443/tcp","host":"10.0.0.1","level":"critical","state":"N/A","is_accepted":true,"new":{"a":1}},
        {"kind":"other","id":3},"text"]}}
        """#
}
