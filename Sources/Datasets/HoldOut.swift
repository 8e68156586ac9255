/// Parts sequences, or whatever bears their names, into those to learn from and those held out.
/// - Throws: `DatasetError.unknownSequence` where none bears a name.
public func holdOut<Sequence>(
  _ names: some Collection<String>, of sequences: [Sequence], name: (Sequence) -> String
) throws(DatasetError) -> (kept: [Sequence], held: [Sequence]) {
  let known = sequences.map(name)
  if let unknown = names.first(where: { !known.contains($0) }) {
    throw .unknownSequence(unknown, known: known)
  }
  return (sequences.filter { !names.contains(name($0)) }, sequences.filter { names.contains(name($0)) })
}
