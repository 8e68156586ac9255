extension RTSTracker {
  /// What the tracker does with its network, and how often: §3.6 in words.
  public struct Options: Sendable {
    /// The score above which the instance model sees the target, t_sc.
    public var detection = 0.3
    /// Whether the mask hears of the instance model's scores.
    public var conditions = true
    /// Whether the instance model tells the box where there is no mask.
    public var fallsBack = true
    /// Whether a target that is given by its box is followed by the instance branch, its size by a correlation filter along
    /// scales, and masks join the answer where they agree with that. The instance branch then learns in each tenth frame, or at
    /// once where something else looks like the target.
    public var followsInstance = false
    /// Whether the network itself makes the first mask, where that is not given, once it has learned what the box tells of it.
    public var refinesFirstMask = false
    /// Whether the box that is given is measured against the first mask's, and the later ones made likewise. Where the two
    /// overlap by less than half, masks tell no boxes.
    public var measuresBoxes = false
    /// How many frames are remembered.
    public var segmentationMemory = 32, instanceMemory = 50
    /// How much a new frame counts in each memory.
    public var segmentationRate = 0.1, instanceRate = 0.01
    /// The learners' steps on the first frame.
    public var firstSegmentationSteps = 20, firstInstanceSteps = 10
    /// The learners' steps later on.
    public var segmentationSteps = 3, instanceSteps = 2
    /// Up to this frame the learners learn in each, and then in every so-many-th.
    public var eagerFrames = 100, interval = 20
    /// Whether memories take in each frame, as in the released code; in the paper only those in which the learners learn.
    public var remembersEachFrame = true
    /// How the first frame is varied for the instance model.
    public var firstSamples = FirstSamples.released

    /// The released code's.
    public init() {}

    /// What suits a network: the released code's choices for the published one.
    public init(for preset: RTS.Preset) {
      guard preset != .paper else { return }
      (followsInstance, refinesFirstMask, measuresBoxes) = (true, true, true)
      (firstSamples, firstInstanceSteps) = (.paper, 30)
      (instanceRate, instanceSteps) = (0.02, 3)
      (eagerFrames, interval) = (0, 5)
    }

    /// Whether the learners learn in a frame, counted from 0.
    func learns(in frame: Int) -> Bool { frame < eagerFrames || frame % interval == 0 }

    /// Whether memories take a frame in.
    func remembers(_ frame: Int) -> Bool { remembersEachFrame || learns(in: frame) }
  }
}
