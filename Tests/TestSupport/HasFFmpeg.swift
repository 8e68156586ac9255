import Foundation
import Vision

/// Whether tests that need ffmpeg run: not where it is missing, nor where the optional parts are to be done without.
public let hasFFmpeg = FFmpeg.isInstalled && ProcessInfo.processInfo.environment["SFVIDEO_MINIMAL"] == nil
