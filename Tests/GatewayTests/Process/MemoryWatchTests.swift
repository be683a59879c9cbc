import Testing

@testable import Gateway

struct MemoryWatchTests {
    @Test func memoryIsGivenBackAfterABurstAndNotAgainWithoutOne() {
        var watch = MemoryWatch()
        #expect(!watch.isDue(resident: 60 << 20))
        #expect(watch.isDue(resident: 300 << 20))
        watch.gaveBack(resident: 90 << 20)
        #expect(!watch.isDue(resident: 110 << 20))
        #expect(watch.isDue(resident: 120 << 20))
    }
}
