import Foundation
import NN

Program.prepare()  // from here on Ctrl-C ends a training once its step is saved
let arguments = CommandLine.arguments.dropFirst()
let files = arguments.dropFirst().map { URL(filePath: $0) }
do {
  switch (arguments.first, files.count) {
  case ("draw", 1): try draw(into: files[0])
  case ("train", 2): try train(on: files[0], into: files[1])
  case ("tell", 2): try tell(by: files[0], files[1])
  default:
    print("Shapes draw PICTURES | train PICTURES RUN | tell MODEL PICTURE")
    exit(64)
  }
} catch {
  Program.warn("\(error)")
  exit(1)
}
