package dev.skiff.trace;

/**
 * A frame of a capture.
 *
 * @param epochNs when it was seen, nanoseconds since 1970
 * @param dev the device's name
 * @param in whether it was received
 * @param id its number among all frames that taps have seen
 * @param lostBefore frames that were lost to the capture since the one before
 * @param verdict how it ended: a reason and a few words, or "held"
 * @param frame its bytes, from the link header on
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
public record Captured(
    long epochNs, String dev, boolean in, long id, long lostBefore, String verdict, byte[] frame) {}
