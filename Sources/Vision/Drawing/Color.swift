/// An opaque colour, 8 bits per component.
public struct Color: Sendable, Hashable {
  /// Red, 0…255.
  public var red: UInt8
  /// Green, 0…255.
  public var green: UInt8
  /// Blue, 0…255.
  public var blue: UInt8

  /// A colour of its components, 0…255.
  public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// A grey, 0 (black) … 255 (white).
  public init(grey level: UInt8) { self.init(level, level, level) }

  /// Black.
  public static let black = Color(grey: 0)
  /// White.
  public static let white = Color(grey: 255)
  /// A strong red.
  public static let red = Color(214, 39, 40)
  /// A strong green.
  public static let green = Color(44, 160, 44)
  /// A strong blue.
  public static let blue = Color(31, 110, 190)
  /// A strong orange.
  public static let orange = Color(240, 130, 20)
  /// A strong yellow.
  public static let yellow = Color(245, 205, 40)
  /// A strong purple.
  public static let purple = Color(140, 90, 190)

  /// The components as stored in an image of 1 (BT.601 luma), 3 or 4 (opaque) channels.
  func samples(channels: Int) -> [UInt8] {
    switch channels {
    case 1:
      let luma = 0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue)
      return [UInt8(luma.rounded())]
    case 3: return [red, green, blue]
    default: return [red, green, blue, 255]
    }
  }
}
