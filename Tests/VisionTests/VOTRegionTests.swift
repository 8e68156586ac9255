import Testing

@testable import Vision

@Suite struct VOTRegionTests {
  @Test func boxesPolygonsAndCodes() {
    #expect(VOTRegion("1,2,3.5,4") == .region(.box(Box(x: 1, y: 2, width: 3.5, height: 4))))
    #expect(VOTRegion(" 1, 2,5 ,6,-7,8e0") == .region(.polygon([Point(1, 2), Point(5, 6), Point(-7, 8)])))
    #expect(VOTRegion("1,2,3.5,4 ,\t") == VOTRegion("1,2,3.5,4") && VOTRegion("1 20 30 40") == nil)
    #expect(VOTRegion("0") == .unknown && VOTRegion("1") == .initialization && VOTRegion("2.0") == .failure)
    #expect(VOTRegion("nan,nan,nan,nan") == .unknown && VOTRegion("NaN,1,2,3,4,5,6,7") == .unknown)
  }

  @Test func masksAreRunsFromTheirCorner() throws {
    // Rows: .##., ####, ....
    let entry = VOTRegion("m10,20,4,3,1,2,1,4")
    let mask = Mask(height: 2, width: 4, values: [0, 1, 1, 0, 1, 1, 1, 1])
    #expect(entry == .region(.mask(mask, x: 10, y: 20)))
    #expect(entry?.text == "m10,20,4,2,1,2,1,4")
    // Cut to its pixels.
    #expect(
      VOTRegion("m10,20,4,3,6,1") == .region(.mask(Mask(height: 1, width: 1, values: [1]), x: 12, y: 21)))
    #expect(VOTRegion("m0,0,2,2,0,4")?.region?.boundingBox == Box(x: 0, y: 0, width: 2, height: 2))
    #expect(VOTRegion("m0,0,3,2,2,2")?.region?.boundingBox == Box(x: 0, y: 0, width: 3, height: 2))
    for empty in ["m0,0,0,0,0", "m5,5,2,2,4", "m5,5,2,2"] {
      let region = try #require(VOTRegion(empty)?.region)
      #expect(region.boundingBox.isEmpty && VOTRegion.region(region).text == "m0,0,0,0,0")
    }
  }

  @Test(arguments: [
    "", ",", "m", "m1,2", "x", "3", "1,2", "1,2,3", "1,2,3,4,5", "1,2,inf,4", "m0,0,2,2,3,2", "m0,0,2,2,-1,2",
    "m0,0,-2,2",
    "m0,0,2,2,1,x", "m9223372036854775807,0,1,1,0,1", "m-9223372036854775808,0,1,1,0,1",
    "m0,0,4294967296,4294967296,0",
    "m0,0,9999999999999,0,0", "m0,0,1,1,9223372036854775807,9223372036854775807",
  ])
  func otherTextsAreNone(text: String) { #expect(VOTRegion(text) == nil) }

  @Test func whatIsWrittenIsReadAgain() {
    let values: [UInt8] = (0..<35).map { $0 % 7 == 0 || $0 % 5 < 2 ? 1 : 0 }
    let regions: [VOTRegion] = [
      .unknown, .initialization, .failure, .region(.box(Box(x: -0.1, y: 1e-7, width: 3, height: 1e6))),
      .region(.polygon([Point(0.5, 1), Point(2, 3), Point(4, -5)])),
      .region(.mask(Mask(height: 5, width: 7, values: values), x: -3, y: 2)),
    ]
    for region in regions { #expect(VOTRegion(region.text) == region) }
    let turned = RotatedBox(center: Point(3, 3), width: 4, height: 2, angle: 0.3)
    #expect(VOTRegion(VOTRegion.region(.rotatedBox(turned)).text) == .region(.polygon(turned.corners)))
    // A mask of the frame's size is written as what its pixels need.
    let wide = Mask(Box(x: 5, y: 1, width: 2, height: 2), height: 6, width: 9)
    #expect(VOTRegion.region(.mask(wide)).text == "m5,1,2,2,0,4")
  }
}
