import CVision
import Tensor

/// An image in memory: 8-bit samples, row by row from the top left, channels last.
///
/// Sizes are named as tensors have them, height before width; positions are (x, y).
public struct Image: Sendable, Equatable {
  /// The number of columns.
  public let width: Int
  /// The number of rows.
  public let height: Int
  /// 1 (grey), 3 (RGB) or 4 (RGBA, not premultiplied).
  public let channels: Int
  /// The samples `[height, width, channels]`.
  public internal(set) var pixels: [UInt8]

  /// An image of the given samples `[height, width, channels]`.
  public init(height: Int, width: Int, channels: Int, pixels: [UInt8]) {
    require(
      width > 0 && height > 0 && [1, 3, 4].contains(channels) && pixels.count == width * height * channels,
      "Image: \(pixels.count) samples for \(height)×\(width)×\(channels); channels are 1, 3 or 4")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// An image whose samples all have one value.
  public init(height: Int, width: Int, channels: Int = 3, filledWith value: UInt8 = 0) {
    self.init(
      height: height, width: width, channels: channels,
      pixels: [UInt8](repeating: value, count: width * height * channels))
  }

  /// An image whose samples a kernel writes.
  init(height: Int, width: Int, channels: Int, writing: (UnsafeMutablePointer<UInt8>) -> Void) {
    require(width > 0 && height > 0, "Image: a size of \(height)×\(width)")
    let count = width * height * channels
    self.init(
      height: height, width: width, channels: channels,
      pixels: [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        writing(buffer.baseAddress!)
        initialized = count
      })
  }

  /// The sample in column `x`, row `y`, channel `channel`.
  public subscript(x: Int, y: Int, channel: Int) -> UInt8 {
    get { pixels[index(x, y, channel)] }
    set { pixels[index(x, y, channel)] = newValue }
  }

  private func index(_ x: Int, _ y: Int, _ channel: Int) -> Int {
    require(
      0 <= x && x < width && 0 <= y && y < height && 0 <= channel && channel < channels,
      "Image: no sample (\(x), \(y), \(channel)) in \(height)×\(width)×\(channels)")
    return (y * width + x) * channels + channel
  }

  /// How the channels of a file, or of another image, are taken.
  public enum Form: Sendable {
    /// The channels that are there; grey with alpha becomes RGBA, a palette is applied.
    case asStored
    /// One channel, the luma of ITU-R BT.601; alpha is dropped.
    case grey
    /// Three channels; alpha is dropped.
    case rgb
  }

  /// The image in another form.
  public func converted(to form: Form) -> Image {
    switch (form, channels) {
    case (.asStored, _), (.grey, 1), (.rgb, 3): self
    case (.grey, _): converted(channels: 1)
    case (.rgb, _): converted(channels: 3)
    }
  }

  private func converted(channels: Int) -> Image {
    Image(height: height, width: width, channels: channels) {
      ck_image_channels_u8(pixels, Int64(self.channels), $0, Int64(channels), Int64(width * height))
    }
  }
}
