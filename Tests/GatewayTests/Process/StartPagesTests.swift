import Testing

@testable import Gateway

struct StartPagesTests {
    @Test(
        arguments: [
            ("55d0c0a00000-55d0c2800000 r-xp 00a00000 fe:00 1234  /usr/local/bin/weir\n", 0x55d0_c0a0_0000, 0x55d0_c280_0000),
            ("7f00-8f00 r-xp 0 0:0 1 /lib/x.so (deleted)\n", 0x7f00, 0x8f00),
        ] as [(String, UInt, UInt)])
    func codeOfFilesIsFound(line: String, start: UInt, end: UInt) {
        let range = StartPages.codeRange(Array(line.utf8))
        #expect(range?.start == start && range?.end == end)
    }

    @Test(arguments: [
        "7f00-8f00 rw-p 0 0:0 1 /lib/x.so", "7f00-8f00 r--p 0 0:0 1 /lib/x.so", "7f00-8f00 r-xp 0 0:0 0 [vdso]", "7f00-8f00 r-xs 0 0:0 1 /lib/x.so",
        "8f00-7f00 r-xp 0 0:0 1 /lib/x.so", "zz-8f00 r-xp 0 0:0 1 /lib/x.so", "7f00 r-xp 0 0:0 1 /lib/x.so", "", "r-xp",
    ])
    func everythingElseIsLeftAlone(line: String) {
        #expect(StartPages.codeRange(Array(line.utf8)) == nil)
    }
}
