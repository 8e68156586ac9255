import Tensor
import Testing
import Vision

@testable import Datasets

/// A video of coloured boxes, one for each object, on black.
private struct ColorVideo: MaskAnnotated {
  let name: String
  let boxes: [Int: (box: Box, color: Color)]
  var frameCount = 3
  var objects: [Int] { boxes.keys.sorted() }

  func image(_ frame: Int) -> Image {
    var image = Image(height: 60, width: 80)
    for (_, object) in boxes.sorted(by: { $0.key < $1.key }) {
      image.fill(.rectangle(object.box), with: object.color)
    }
    return image
  }

  func masks(_ frame: Int) -> IndexedImage? {
    labelMap(
      Dictionary(uniqueKeysWithValues: boxes.map { (UInt8($0.key), $0.value.box) }), height: 60, width: 80)
  }
}

/// A video whose target's boxes are given.
private struct Boxes: BoxAnnotated {
  let name = "boxes"
  let boxes: [Box?]
  var frameCount: Int { boxes.count }
  func image(_ frame: Int) -> Image { Image(height: 30, width: 40, color: .blue) }
  func region(_ frame: Int) -> Region? { boxes[frame].map { .box($0) } }
}

@Suite struct SiamesePairsTests {
  private let crops = SiameseCrops(exemplarSize: 40, searchSize: 80)
  private var video: ColorVideo {
    ColorVideo(
      name: "a",
      boxes: [
        1: (Box(x: 10, y: 10, width: 16, height: 12), .red),
        2: (Box(x: 50, y: 30, width: 10, height: 20), .green),
      ])
  }

  private func generators(_ count: Int) -> [SeededGenerator] {
    (0..<count).map { SeededGenerator(seed: UInt64($0)) }
  }

  @Test func targetsAreObjectsOrTheOneThatHasBoxes() throws {
    let objects = try AnnotatedTarget.objects(of: [video])
    #expect(
      objects.map(\.name) == ["a/1", "a/2"] && objects.allSatisfy { $0.hasMasks && $0.category == nil })
    #expect(try objects[1].box(2) == Box(x: 50, y: 30, width: 10, height: 20))
    let target = AnnotatedTarget(Boxes(boxes: [Box(x: 1, y: 2, width: 3, height: 4)]))
    #expect(!target.hasMasks && target.name == "boxes")
    #expect(try target.mask(0) == nil && target.box(0) == Box(x: 1, y: 2, width: 3, height: 4))
  }

  static let boxes: [(box: Box?, isUsable: Bool)] = [
    (nil, false), (Box(x: 5, y: 5, width: 0, height: 8), false),
    (Box(x: 5, y: 5, width: 8, height: -1), false),
    (Box(x: .nan, y: 5, width: 8, height: 8), false), (Box(x: 5, y: 5, width: .infinity, height: 8), false),
    (Box(x: 40, y: 5, width: 8, height: 8), false), (Box(x: -8, y: 5, width: 8, height: 8), false),
    (Box(x: 0, y: 0, width: 1e5, height: 8), false), (Box(x: 39, y: 5, width: 8, height: 8), true),
    (Box(x: 0, y: 0, width: 40, height: 30), true), (Box(x: -30, y: -30, width: 100, height: 90), true),
    (Box(x: 12, y: 7, width: 1, height: 1), true), (Box(x: 12.25, y: 7, width: 0.5, height: 0.25), true),
  ]

  /// Boxes of no area, beyond the frame, at its border, larger than it, of a pixel and less.
  @Test(arguments: boxes) func pairsComeOfWhatCanBeFollowed(_ fault: (box: Box?, isUsable: Bool)) throws {
    let target = AnnotatedTarget(Boxes(boxes: [fault.box, fault.box]))
    let pairs = SiamesePairs([target], crops: crops)
    var generator = SeededGenerator(seed: 5)
    if fault.isUsable {
      let pair = try pairs.pair(0, using: &generator)
      #expect(pair.exemplar.width == 40 && pair.search.width == 80 && pair.target.area > 0)
    } else {
      #expect(throws: DatasetError.noObjects(path: "boxes")) { try pairs.pair(0, using: &generator) }
    }
  }

  @Test func aPairDependsOnTheGeneratorAlone() throws {
    let pairs = SiamesePairs(try AnnotatedTarget.objects(of: [RememberedSequence(video)]), crops: crops)
    let again = SiamesePairs(try AnnotatedTarget.objects(of: [video]), crops: crops)
    for generator in generators(6) {
      var (one, other) = (generator, generator)
      let (a, b) = (try pairs.pair(0, using: &one), try again.pair(0, using: &other))
      #expect(a.exemplar == b.exemplar && a.search == b.search && a.target == b.target && a.guide == b.guide)
    }
  }

  /// The target is in the middle of the exemplar, and within bounds of that of the search image, where its colour is.
  @Test(arguments: [0.0, 1]) func boxesAreWhereThePicturesShowThem(flipShare: Double) throws {
    var augmentation = SiameseAugmentation()
    augmentation.flipShare = flipShare
    (augmentation.greyShare, augmentation.blurShare, augmentation.distractorShare) = (0, 0, 0)
    let pairs = SiamesePairs(
      try AnnotatedTarget.objects(of: [video]), crops: crops, augmentation: augmentation)
    var shifts: [Double] = [], sizes: [Double] = []
    for var generator in generators(20) {
      let pair = try pairs.pair(0, using: &generator)
      #expect(abs(pair.exemplarBox.centerX - 20) < 1e-9 && abs(pair.exemplarBox.centerY - 20) < 1e-9)
      #expect(abs(pair.exemplarBox.width / pair.exemplarBox.height - 16.0 / 12) < 1e-9)
      for (image, box) in [(pair.exemplar, pair.exemplarBox), (pair.search, pair.target)] {
        let red = image.pixels.indices.filter { $0 % 3 == 0 && image.pixels[$0] > 150 }.map { $0 / 3 }
        let seen = box.clipped(height: image.height, width: image.width)
        let found = Box(
          Mask(
            height: image.height, width: image.width,
            values: (0..<image.width * image.height).map { red.contains($0) ? 1 : 0 }))!
        #expect(found.iou(seen) > 0.8)
      }
      shifts += [pair.target.centerX / 80 - 0.5, pair.target.centerY / 80 - 0.5]
      sizes.append(pair.target.width / pair.exemplarBox.width)
    }
    // The window is up to a quarter smaller or larger, and moved by parts of the usual one.
    #expect(shifts.allSatisfy { abs($0) <= 0.3 / 0.75 + 1e-9 } && shifts.contains { abs($0) > 0.2 })
    #expect(sizes.allSatisfy { 1 / 1.25 - 1e-9 <= $0 && $0 <= 1 / 0.75 + 1e-9 })
  }

  @Test func greyPairsAreGreyInBothPictures() throws {
    var augmentation = SiameseAugmentation()
    augmentation.greyShare = 1
    let pairs = SiamesePairs(
      try AnnotatedTarget.objects(of: [video]), crops: crops, augmentation: augmentation)
    var generator = SeededGenerator(seed: 1)
    let pair = try pairs.pair(0, using: &generator)
    for image in [pair.exemplar, pair.search] {
      #expect(image.channels == 3 && image == image.converted(to: .grey).converted(to: .rgb))
    }
  }

  /// The same pairs with and without changes: mirrored, and of colours that change within bounds in each picture by itself.
  @Test func pairsAreMirroredAndRecoloured() throws {
    func pair(_ change: (inout SiameseAugmentation) -> Void) throws -> SiamesePair {
      var augmentation = SiameseAugmentation()
      (augmentation.greyShare, augmentation.blurShare, augmentation.distractorShare) = (0, 0, 0)
      change(&augmentation)
      var generator = SeededGenerator(seed: 3)
      return try SiamesePairs(
        try AnnotatedTarget.objects(of: [video]), crops: crops, augmentation: augmentation
      ).pair(0, using: &generator)
    }
    let plain = try pair { _ in }
    let mirrored = try pair { $0.flipShare = 1 }
    #expect(mirrored.search == plain.search.flippedHorizontally())
    #expect(mirrored.exemplar == plain.exemplar.flippedHorizontally())
    #expect(
      abs(mirrored.guide.centerX + plain.guide.centerX - 80) < 1e-9 && mirrored.guide.y == plain.guide.y)

    let recoloured = try pair { $0.colorChange = 0.2 }
    #expect(recoloured.target == plain.target && recoloured.search != plain.search)
    let (old, new) = (Int(plain.exemplar[20, 20, 0]), Int(recoloured.exemplar[20, 20, 0]))
    #expect(new != old && abs(new - old) < 130)
  }

  @Test func guidesErrAsMuchAsToldOnAverage() throws {
    let pairs = SiamesePairs(try AnnotatedTarget.objects(of: [video]), crops: crops)
    let errors = try generators(200).map { generator in
      var generator = generator
      let pair = try pairs.pair(0, using: &generator)
      return (pair.guide.centerX - pair.target.centerX) / pair.target.width
    }
    let deviation = (errors.reduce(0) { $0 + $1 * $1 } / 200).squareRoot()
    #expect(0.2..<0.3 ~= deviation)
  }

  @Test func distractorsAreOfTheSequenceAndLeaveTheTargetFree() throws {
    let other = ColorVideo(name: "b", boxes: [1: (Box(x: 5, y: 5, width: 20, height: 20), .blue)])
    let targets = try AnnotatedTarget.objects(of: [video, other])
    let distractors = SemanticDistractors(targets)
    let box = Box(x: 30, y: 30, width: 30, height: 20)
    var pasted = 0
    for var generator in generators(30) {
      var image = Image(height: 80, width: 80)
      try distractors.paste(onto: &image, besides: box, of: targets[0], using: &generator)
      let changed = Mask(image, threshold: 20)
      pasted += changed.area > 0 ? 1 : 0
      #expect(changed.cropped(x: 30, y: 30, height: 20, width: 30).area <= 60)
      // The other object of its sequence is green.
      #expect(image.pixels.indices.allSatisfy { $0 % 3 != 2 || image.pixels[$0] <= 50 })
    }
    #expect(pasted > 20)
  }

  @Test func withoutMasksThereAreNoDistractors() throws {
    let target = AnnotatedTarget(Boxes(boxes: [Box(x: 1, y: 2, width: 3, height: 4)]))
    var image = Image(height: 80, width: 80)
    var generator = SeededGenerator(seed: 1)
    try SemanticDistractors([target]).paste(
      onto: &image, besides: Box(x: 0, y: 0, width: 9, height: 9), of: target, using: &generator)
    #expect(image == Image(height: 80, width: 80))
  }

  @Test func framesAreNotTooFarApart() throws {
    // The target is far to the right in late frames, where the picture is white.
    struct Long: BoxAnnotated {
      let name = "long", frameCount = 50
      func image(_ frame: Int) -> Image { Image(height: 30, width: 40, filledWith: UInt8(5 * frame)) }
      func region(_ frame: Int) -> Region? { .box(Box(x: 5, y: 5, width: 9, height: 9)) }
    }
    var augmentation = SiameseAugmentation()
    (augmentation.greyShare, augmentation.blurShare) = (0, 0)
    let pairs = SiamesePairs(
      [AnnotatedTarget(Long())], crops: crops, augmentation: augmentation, longestGap: 4)
    for var generator in generators(20) {
      let pair = try pairs.pair(0, using: &generator)
      #expect(abs(Int(pair.exemplar[20, 20, 0]) - Int(pair.search[40, 40, 0])) <= 20)
    }
  }
}
