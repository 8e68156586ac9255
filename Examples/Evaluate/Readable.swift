import Datasets
import NN
import Vision

/// What can be read of each of some sequences. One whose files are damaged is left out, with a word, and stops none of the
/// others; where nothing can be read the first error is thrown.
func readable<Sequence, Value>(_ sequences: [Sequence], _ read: (Sequence) throws -> Value?) throws -> [Value]
{
  var (values, failures) = ([Value](), [any Error]())
  for sequence in sequences {
    do {
      if let value = try read(sequence) { values.append(value) }
    } catch let error where error is DatasetError || error is ImageError {
      failures.append(error)
    }
  }
  if values.isEmpty, let first = failures.first { throw first }
  for failure in failures { Program.warn("\(failure): left out") }
  return values
}
