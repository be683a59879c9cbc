import FindingModel
import Testing

@testable import Adapters

struct TimeReaderTests {
    private func read(_ text: String, unit: TimeUnit? = nil, zone: String = "UTC", endOfDay: Bool = false) throws -> TimeReading? {
        let rules = try #require(TimeZoneRules(identifier: zone))
        return TimeReader.read(text, unit: unit, zone: rules, dateOnlyIsEndOfDay: endOfDay)
    }

    @Test(arguments: [
        ("2024-09-24T13:37:27.115Z", "2024-09-24T13:37:27.115Z", "2024-09-24T13:37:27.115Z"),
        ("2023-08-09T13:27:43.8208302", "2023-08-09T13:27:43.820Z", "2023-08-09T13:27:43.820Z"),
        ("2024-09-11T17:02:34.700155Z", "2024-09-11T17:02:34.700Z", "2024-09-11T17:02:34.700Z"),
        ("2024-09-11T17:02:34.123456789Z", "2024-09-11T17:02:34.123Z", "2024-09-11T17:02:34.123Z"),
        ("2024-09-11T17:02:34.7Z", "2024-09-11T17:02:34.700Z", "2024-09-11T17:02:34.799Z"),
        ("2024-09-11T17:02:34,75Z", "2024-09-11T17:02:34.750Z", "2024-09-11T17:02:34.759Z"),
        ("2024-11-04T14:55:00Z", "2024-11-04T14:55:00.000Z", "2024-11-04T14:55:00.999Z"),
        ("2024-11-04t14:55:00z", "2024-11-04T14:55:00.000Z", "2024-11-04T14:55:00.999Z"),
        ("2024-11-04 14:55", "2024-11-04T14:55:00.000Z", "2024-11-04T14:55:59.999Z"),
        ("  2024-11-04  14:55:01 UTC ", "2024-11-04T14:55:01.000Z", "2024-11-04T14:55:01.999Z"),
        ("2024-11-04T14:55:00+02:00", "2024-11-04T12:55:00.000Z", "2024-11-04T12:55:00.999Z"),
        ("2024-11-04T14:55:00.5-0330", "2024-11-04T18:25:00.500Z", "2024-11-04T18:25:00.599Z"),
        ("2024-11-04T14:55+01", "2024-11-04T13:55:00.000Z", "2024-11-04T13:55:59.999Z"),
        ("2024-02-29", "2024-02-29T00:00:00.000Z", "2024-02-29T23:59:59.999Z"),
        ("2024-12-31T24:00:00Z", "2025-01-01T00:00:00.000Z", "2025-01-01T00:00:00.999Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z", "2017-01-01T00:00:00.999Z"),
        ("9999-12-31", "9999-12-31T00:00:00.000Z", "9999-12-31T23:59:59.999Z"),
    ])
    func textBecomesItsFirstAndLastMillisecond(text: String, first: String, last: String) throws {
        let reading = try #require(try read(text))
        #expect(reading.time.rfc3339 == first)
        #expect(reading.latest.rfc3339 == last)
    }

    @Test(arguments: [
        "", " ", "yesterday", "2024", "2024-9-1", "2024-13-01", "2023-02-29", "2024-00-10", "2024-01-00", "0000-01-01", "2024-11-04T25:00:00Z",
        "2024-11-04T24:00:01Z", "2024-11-04T14:60:00Z", "2024-11-04T14:55:61Z", "2024-11-04T14:55:00.Z", "2024-11-04T14:55:00.1234567890Z",
        "2024-11-04T14:55:00+24:00", "2024-11-04T14:55:00+1", "2024-11-04T14:55:00 CET", "2024-11-04T14:55:00Zjunk", "2024-11-04x14:55", "1727185048",
        "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "２０２４-11-04", "2024-11-04T1４:55", "T", "2024-11-04T", "99999999999999999999-01-01",
    ])
    func whatIsNoMomentIsNotRead(text: String) throws {
        #expect(try read(text) == nil)
    }

    @Test(arguments: [
        ("1602918350", TimeUnit.seconds, "2020-10-17T07:05:50.000Z", "2020-10-17T07:05:50.999Z"),
        ("1602918350.25", .seconds, "2020-10-17T07:05:50.250Z", "2020-10-17T07:05:50.259Z"),
        ("1676612345678", .milliseconds, "2023-02-17T05:39:05.678Z", "2023-02-17T05:39:05.678Z"),
        ("0", .seconds, "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.999Z"),
        ("-1", .milliseconds, "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ("2024-11-04T14:55:00Z", .seconds, "2024-11-04T14:55:00.000Z", "2024-11-04T14:55:00.999Z"),
    ])
    func numbersCountFromTheEpoch(text: String, unit: TimeUnit, first: String, last: String) throws {
        let reading = try #require(try read(text, unit: unit))
        #expect(reading.time.rfc3339 == first)
        #expect(reading.latest.rfc3339 == last)
    }

    @Test(arguments: [
        ("1676612345678", TimeUnit.seconds), ("253402300800", .seconds), ("253402300800000", .milliseconds), ("99999999999999999999", .milliseconds),
        ("1e9", .seconds), ("NaN", .seconds), ("+1", .seconds), ("", .seconds), ("-99999999999999999", .milliseconds), ("1.", .milliseconds),
        ("9223372036854775807", .milliseconds), ("999999999999999999", .seconds),
    ])
    func numbersOutsideTheYearsAreNotRead(text: String, unit: TimeUnit) throws {
        #expect(try read(text, unit: unit) == nil)
    }

    @Test func aDueDateIsTheEndOfItsDay() throws {
        #expect(try read("2024-11-19", endOfDay: true)?.time.rfc3339 == "2024-11-19T23:59:59.999Z")
        #expect(try read("2024-11-19", zone: "Europe/Stockholm", endOfDay: true)?.time.rfc3339 == "2024-11-19T22:59:59.999Z")
        // The day on which summer time begins has 23 hours.
        #expect(try read("2024-03-31", zone: "Europe/Stockholm", endOfDay: true)?.time.rfc3339 == "2024-03-31T21:59:59.999Z")
        #expect(try read("2024-11-19 10:00", endOfDay: true)?.time.rfc3339 == "2024-11-19T10:00:00.000Z")
    }

    @Test(arguments: [
        ("2024-11-05 02:00", "Europe/Stockholm", "2024-11-05T01:00:00.000Z"),
        ("2024-07-05 02:00", "Europe/Stockholm", "2024-07-05T00:00:00.000Z"),
        // 02:30 comes twice on 2024-10-27: the first is still summer time.
        ("2024-10-27 02:30", "Europe/Stockholm", "2024-10-27T00:30:00.000Z"),
        ("2024-10-27 03:00", "Europe/Stockholm", "2024-10-27T02:00:00.000Z"),
        ("2024-10-27 01:59", "Europe/Stockholm", "2024-10-26T23:59:00.000Z"),
        // 02:30 does not come on 2024-03-31: it is 03:30.
        ("2024-03-31 02:30", "Europe/Stockholm", "2024-03-31T01:30:00.000Z"),
        ("2024-03-31 03:00", "Europe/Stockholm", "2024-03-31T01:00:00.000Z"),
        ("2024-11-03 01:30", "America/New_York", "2024-11-03T05:30:00.000Z"),
        ("2024-03-10 02:30", "America/New_York", "2024-03-10T07:30:00.000Z"),
        ("2024-06-01 12:00", "Asia/Kolkata", "2024-06-01T06:30:00.000Z"),
        // Half an hour of summer time.
        ("2024-04-07 01:45", "Australia/Lord_Howe", "2024-04-06T14:45:00.000Z"),
        // A zone in the text wins.
        ("2024-11-05 02:00Z", "Europe/Stockholm", "2024-11-05T02:00:00.000Z"),
    ])
    func timesWithoutAZoneAreReadInTheGivenOne(text: String, zone: String, expected: String) throws {
        #expect(try read(text, zone: zone)?.time.rfc3339 == expected)
    }

    @Test func zonesAreThoseOfTheDatabase() {
        #expect(TimeZoneRules(identifier: "UTC") == .utc)
        for unknown in ["", "Mars/Olympus", "CET", "+02:00", "GMT+2", "Europe/", "../etc/passwd", "Europe/stockholm\0", "Europe/Stockholm "] {
            #expect(TimeZoneRules(identifier: unknown) == nil, "\(unknown)")
        }
    }
}
