import Foundation
import NN
import Tensor
import TestSupport
import Testing

@testable import Inspect

@Suite struct InspectTests {
  @Test func tensorsAndTextsAreListed() throws {
    let place = try Workplace(for: "Inspect")
    let weight = Tensor([1, -2, .nan, 4] as [Float], shape: [2, 2])
    let file = SafeTensors(
      tensors: ["conv.weight": weight, "steps": Tensor([7] as [Int32])],
      metadata: ["epoch": "3", "note": "two\nlines"], wideIntegers: ["steps"])
    try file.write(to: place.file("model.safetensors"))
    let outcome = try place.run(["model.safetensors"])
    #expect(outcome.exitCode == 0 && outcome.errors == [])
    #expect(
      outcome.output == [
        "model.safetensors: safetensors, 2 tensors, 5 elements, 24 B",
        "name         type     shape   elements  size",
        "conv.weight  float32  [2, 2]         4  16 B",
        "steps        int64    [1]            1   8 B",
        "epoch: 3", #"note: two\nlines"#,
      ])
    let values = try place.run(["model.safetensors", "--values"])
    #expect(values.output[1].hasSuffix("size  min  mean  max  not finite"))
    #expect(values.output[2].hasSuffix("16 B   -2     1    4           1"))
  }

  @Test(arguments: ["archive.pth", "older.pth", "arrays.npz", "deflated.npz", "fortran.npy"])
  func filesFromElsewhereAreListed(_ name: String) throws {
    let place = try Workplace(for: "Inspect")
    let outcome = try place.run([Fixture.url(name).path, "--values"])
    #expect(outcome.exitCode == 0 && outcome.errors == [])
    #expect(outcome.output.count > 2 && outcome.output[1].hasPrefix("name "))
  }

  @Test func whatHasNoKnownSizeIsNotPassedOver() throws {
    let place = try Workplace(for: "Inspect")
    let header = "{'descr': '<c16', 'fortran_order': False, 'shape': (3,), }"
    try place.write(
      [0x93] + Array("NUMPY\u{1}\0\(Character(UnicodeScalar(UInt8(header.count))))\0\(header)".utf8),
      to: "a.npy")
    let outcome = try place.run(["a.npy", "--values"])
    #expect(
      outcome.exitCode == 0
        && outcome.output.first == "a.npy: NumPy array, 1 tensor, 3 elements, 0 B and more")
    #expect(outcome.output.last == "a     <c16  [3]           3     ?    -     -    -           -")
  }

  @Test func whatCannotBeReadIsSaidInALine() throws {
    let place = try Workplace(for: "Inspect")
    try place.write("no tensors".utf8, to: "notes.txt")
    for (arguments, reason) in [
      (["nothing.pth"], "cannot be read"), (["notes.txt"], "it starts as none of them"),
      (["."], "the folder has no"),
    ] {
      let outcome = try place.run(arguments)
      #expect(outcome.exitCode == 1 && outcome.errors.count == 1 && outcome.output == [])
      #expect(outcome.errors.first?.contains(reason) == true, "\(outcome.errors)")
    }
    #expect(try place.run([]).exitCode == 64)
  }

  @Test func sizesAreShort() {
    #expect(
      [0, 999, 1000, 9994, 9996, 123_456, 999_499, 999_500, 17_283_588].map(size) == [
        "0 B", "999 B", "1.00 kB", "9.99 kB", "10.0 kB", "123 kB", "999 kB", "1.00 MB", "17.3 MB",
      ])
    #expect([0, 999, 1000, 4_320_897].map(grouped) == ["0", "999", "1,000", "4,320,897"])
  }
}
