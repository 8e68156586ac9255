import Tensor

/// What is wrong with a data set on disk; the description is one line that names the file or folder.
public enum DatasetError: Error, Equatable, CustomStringConvertible {
  /// There is no such folder.
  case missingFolder(path: String)
  /// The folder holds nothing of the kind looked for.
  case emptyFolder(path: String, wanted: String)
  /// A frame is missing between others.
  case missingFrame(path: String)
  /// An annotation has no frame of its name.
  case strayAnnotation(String, frames: String)
  /// A frame has no annotation of its name.
  case missingAnnotation(frame: String, annotation: String)
  /// A method has no mask for a frame of a sequence.
  case missingMask(path: String)
  /// An image or mask is not of the size that its frame or sequence has.
  case sizeMismatch(path: String, height: Int, width: Int, expectedHeight: Int, expectedWidth: Int)
  /// No annotation shows an object.
  case noObjects(path: String)
  /// There is no sequence of this name.
  case unknownSequence(String, known: [String])
  /// Of the sequences none with an object is left to train on, or to validate with.
  case nothingToTrainOn
  /// A text file has a line that cannot be understood.
  case badLine(path: String, line: Int, reason: String)
  /// A box file has another number of lines than its sequence has frames.
  case boxCount(path: String, boxes: Int, frames: Int)
  /// A file cannot be read or written.
  case inaccessible(path: String, reason: String)

  /// One clear line.
  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .missingFolder(let path):
      "\(path): no such folder" + (path.contains("\u{fffd}") ? " by a name in UTF-8" : "")
    case .emptyFolder(let path, let wanted): "\(path): holds no \(wanted)"
    case .missingFrame(let path): "\(path): no such frame, though there are frames before it and after"
    case .strayAnnotation(let annotation, let frames): "\(annotation): there is no such frame in \(frames)"
    case .missingAnnotation(let frame, let annotation): "\(frame): has no annotation \(annotation)"
    case .missingMask(let path): "\(path): no such mask, though the sequence has this frame"
    case .sizeMismatch(let path, let height, let width, let expectedHeight, let expectedWidth):
      "\(path): is \(height)×\(width), but its sequence's frames are \(expectedHeight)×\(expectedWidth)"
    case .noObjects(let path): "\(path): shows no object"
    case .unknownSequence(let name, let known):
      "no sequence '\(name)'; there are \(known.prefix(100).joined(separator: ", "))"
        + (known.count > 100 ? ", … \(known.count) in all" : "")
    case .nothingToTrainOn:
      "nothing is left to train on, or to validate with: at least two sequences with objects are needed"
    case .badLine(let path, let line, let reason): "\(path):\(line): \(reason)"
    case .boxCount(let path, let boxes, let frames): "\(path): \(boxes) boxes for \(frames) frames"
    case .inaccessible(let path, let reason): "\(path): \(reason)"
    }
  }
}
