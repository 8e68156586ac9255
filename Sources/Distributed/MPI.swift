import Foundation

/// Open MPI's library, loaded at run time: a build needs none. Its handles are pointers to objects that the library exports,
/// which in C are names of macros (mpi.h of Open MPI 4 and 5).
struct MPI: @unchecked Sendable {
  typealias Handle = UnsafeMutableRawPointer

  let world: Handle
  let float32: Handle, float64: Handle, byte: Handle
  let sum: Handle

  private let initThread:
    @convention(c) (
      UnsafeMutablePointer<Int32>?,
      UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?,
      Int32, UnsafeMutablePointer<Int32>
    ) -> Int32
  private let finalizeAll: @convention(c) () -> Int32
  private let commRank: @convention(c) (Handle, UnsafeMutablePointer<Int32>) -> Int32
  private let commSize: @convention(c) (Handle, UnsafeMutablePointer<Int32>) -> Int32
  private let commDuplicate: @convention(c) (Handle, UnsafeMutablePointer<Handle?>) -> Int32
  private let setErrorHandler: @convention(c) (Handle, Handle) -> Int32
  private let errorsReturn: Handle
  private let errorString:
    @convention(c) (Int32, UnsafeMutablePointer<CChar>, UnsafeMutablePointer<Int32>) -> Int32
  private let allReduce:
    @convention(c) (
      UnsafeRawPointer?, UnsafeMutableRawPointer, Int32, Handle, Handle, Handle,
      UnsafeMutablePointer<Handle?>
    ) -> Int32
  private let blockingAllReduce:
    @convention(c) (UnsafeRawPointer?, UnsafeMutableRawPointer, Int32, Handle, Handle, Handle) -> Int32
  private let broadcast:
    @convention(c) (
      UnsafeMutableRawPointer, Int32, Handle, Int32, Handle, UnsafeMutablePointer<Handle?>
    ) -> Int32
  private let allGather:
    @convention(c) (
      UnsafeRawPointer?, Int32, Handle, UnsafeMutableRawPointer, Int32, Handle, Handle,
      UnsafeMutablePointer<Handle?>
    ) -> Int32
  private let test:
    @convention(c) (UnsafeMutablePointer<Handle?>, UnsafeMutablePointer<Int32>, UnsafeMutableRawPointer?)
      -> Int32
  private let send:
    @convention(c) (
      UnsafeRawPointer, Int32, Handle, Int32, Int32, Handle, UnsafeMutablePointer<Handle?>
    ) -> Int32
  private let probe:
    @convention(c) (Int32, Int32, Handle, UnsafeMutablePointer<Int32>, UnsafeMutableRawPointer?) -> Int32
  private let receive:
    @convention(c) (UnsafeMutableRawPointer, Int32, Handle, Int32, Int32, Handle, UnsafeMutableRawPointer?)
      -> Int32

  /// The name that Open MPI 4 and 5 give the library.
  static let names = ["libmpi.so.40", "libmpi.so"]

  /// Loads the library.
  init(names: [String] = Self.names) throws(CommunicationError) {
    // Its own plug-ins look for it among what all can see.
    guard let library = names.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_GLOBAL) }).first else {
      throw .missing(String(cString: dlerror()))
    }
    func handle(_ name: String) throws(CommunicationError) -> Handle {
      guard let symbol = dlsym(library, name) else { throw .foreign(symbol: name) }
      return symbol
    }
    func function<Function>(_ name: String) throws(CommunicationError) -> Function {
      unsafeBitCast(try handle(name), to: Function.self)
    }
    world = try handle("ompi_mpi_comm_world")
    float32 = try handle("ompi_mpi_float")
    float64 = try handle("ompi_mpi_double")
    byte = try handle("ompi_mpi_byte")
    sum = try handle("ompi_mpi_op_sum")
    errorsReturn = try handle("ompi_mpi_errors_return")
    initThread = try function("MPI_Init_thread")
    finalizeAll = try function("MPI_Finalize")
    commRank = try function("MPI_Comm_rank")
    commSize = try function("MPI_Comm_size")
    commDuplicate = try function("MPI_Comm_dup")
    setErrorHandler = try function("MPI_Comm_set_errhandler")
    errorString = try function("MPI_Error_string")
    allReduce = try function("MPI_Iallreduce")
    blockingAllReduce = try function("MPI_Allreduce")
    broadcast = try function("MPI_Ibcast")
    allGather = try function("MPI_Iallgather")
    test = try function("MPI_Test")
    send = try function("MPI_Isend")
    probe = try function("MPI_Iprobe")
    receive = try function("MPI_Recv")
  }

  /// Joins the job; from now on one thread at a time may call.
  func start() throws(CommunicationError) {
    let serialized: Int32 = 2  // MPI_THREAD_SERIALIZED
    var provided: Int32 = 0
    try check(initThread(nil, nil, serialized, &provided), "MPI_Init_thread")
    guard provided >= serialized else { throw .failed("MPI_Init_thread", "the library knows no threads") }
    try check(setErrorHandler(world, errorsReturn), "MPI_Comm_set_errhandler")
  }

  /// Leaves the job.
  func finish() { _ = finalizeAll() }

  func rank() throws(CommunicationError) -> Int {
    var rank: Int32 = 0
    try check(commRank(world, &rank), "MPI_Comm_rank")
    return Int(rank)
  }

  func size() throws(CommunicationError) -> Int {
    var size: Int32 = 0
    try check(commSize(world, &size), "MPI_Comm_size")
    return Int(size)
  }

  /// All processes again, whose messages don't mix with others'.
  func duplicate() throws(CommunicationError) -> Handle {
    var result: Handle?
    try check(commDuplicate(world, &result), "MPI_Comm_dup")
    return result!
  }

  // What follows starts and returns at once; the memory must stay until the request is complete.

  /// Sums over the processes. Not in place: then Open MPI moves everything log₂ n times up a tree and down, where otherwise
  /// of much data each process sends 2(n − 1)/n times as much as there is (`nbc_iallreduce.c`).
  func startAllReduce(
    _ source: UnsafeRawPointer, to result: UnsafeMutableRawPointer, _ count: Int, _ type: Handle,
    _ group: Handle
  ) throws(CommunicationError) -> Request {
    var request: Handle?
    try check(allReduce(source, result, Int32(count), type, sum, group, &request), "MPI_Iallreduce")
    return Request(request)
  }

  func startBroadcast(
    _ memory: UnsafeMutableRawPointer, _ byteCount: Int, from root: Int, _ group: Handle
  ) throws(CommunicationError) -> Request {
    var request: Handle?
    try check(broadcast(memory, Int32(byteCount), byte, Int32(root), group, &request), "MPI_Ibcast")
    return Request(request)
  }

  /// Each process's bytes, `byteCount` of each, in the order of the ranks; this process's own lie at their place already.
  func startAllGather(
    inPlace memory: UnsafeMutableRawPointer, _ byteCount: Int, _ group: Handle
  ) throws(CommunicationError) -> Request {
    var request: Handle?
    try check(
      allGather(Self.inPlace, 0, byte, memory, Int32(byteCount), byte, group, &request), "MPI_Iallgather")
    return Request(request)
  }

  /// Sends bytes to one process, which stay where they are for good.
  func startSend(
    _ memory: UnsafeRawPointer, _ byteCount: Int, to rank: Int, _ group: Handle
  ) throws(CommunicationError) -> Request {
    var request: Handle?
    try check(send(memory, Int32(byteCount), byte, Int32(rank), 0, group, &request), "MPI_Isend")
    return Request(request)
  }

  /// Whose message has come; nil where none has.
  func sender(_ group: Handle) throws(CommunicationError) -> Int? {
    var flag: Int32 = 0
    var status = (Int32(0), Int32(0), Int32(0), Int32(0), 0)  // the sender first
    let anySource: Int32 = -1
    try check(
      withUnsafeMutableBytes(of: &status) { probe(anySource, 0, group, &flag, $0.baseAddress) }, "MPI_Iprobe")
    return flag != 0 ? Int(status.0) : nil
  }

  /// Takes a message that has come.
  func take(
    _ memory: UnsafeMutableRawPointer, _ byteCount: Int, from rank: Int, _ group: Handle
  ) throws(CommunicationError) {
    try check(receive(memory, Int32(byteCount), byte, Int32(rank), 0, group, nil), "MPI_Recv")
  }

  /// Whether a request is complete; moves all of them on.
  func isComplete(_ request: inout Request) throws(CommunicationError) -> Bool {
    var flag: Int32 = 0
    try check(test(&request.handle, &flag, nil), "MPI_Test")
    return flag != 0
  }

  /// MPI's own all-reduce, which returns when it is done: what ours is measured against.
  func reduceBlocking(
    inPlace memory: UnsafeMutableRawPointer, _ count: Int, _ type: Handle
  ) throws(CommunicationError) {
    try check(blockingAllReduce(Self.inPlace, memory, Int32(count), type, sum, world), "MPI_Allreduce")
  }

  /// What stands for memory that is read and written: the address 1.
  private static var inPlace: UnsafeRawPointer { UnsafeRawPointer(bitPattern: 1)! }

  private func check(_ code: Int32, _ call: String) throws(CommunicationError) {
    if code == 0 { return }
    var text = [CChar](repeating: 0, count: 512)
    var length: Int32 = 0
    _ = errorString(code, &text, &length)
    throw .failed(
      call, String(decoding: text.prefix(Int(length)).map(UInt8.init(bitPattern:)), as: UTF8.self))
  }
}

/// Something that goes on while the program does.
struct Request {
  fileprivate var handle: MPI.Handle?

  fileprivate init(_ handle: MPI.Handle?) { self.handle = handle }
}
