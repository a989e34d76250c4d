package dev.cofre.engine.snapshot;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.snapshot.wire.KeyState;

/**
 * What the state of a key, or of a version, permits in the data plane, and what who asks for more
 * is told (docs/ARCHITECTURE.md, "The life of a key").
 */
public enum KeyCondition {
  PRE_ACTIVE(
      false,
      false,
      ErrorCode.KEY_NOT_YET_ACTIVE,
      "is not active yet; a crypto-officer can activate it"),
  ACTIVE(true, true, null, "is active"),
  DISABLED(false, false, ErrorCode.KEY_DISABLED, "is disabled; a crypto-officer can enable it"),
  DEACTIVATED(
      false,
      true,
      ErrorCode.KEY_DEACTIVATED,
      "is deactivated: it decrypts, but protects nothing new; use another key"),
  COMPROMISED(
      false,
      true,
      ErrorCode.KEY_COMPROMISED,
      "is compromised: it decrypts, but protects nothing new; re-encrypt under another key"),
  PENDING_DESTRUCTION(
      false,
      false,
      ErrorCode.KEY_PENDING_DESTRUCTION,
      "awaits its destruction; a crypto-officer can cancel that until it begins"),
  DESTROYED(
      false,
      false,
      ErrorCode.KEY_DESTROYED,
      "was destroyed: nothing that it protected can be decrypted any more");

  private final boolean encrypts;
  private final boolean decrypts;
  private final ErrorCode refusal;
  private final String detail;

  KeyCondition(boolean encrypts, boolean decrypts, ErrorCode refusal, String detail) {
    this.encrypts = encrypts;
    this.decrypts = decrypts;
    this.refusal = refusal;
    this.detail = detail;
  }

  /** Whether it protects something new. */
  public boolean encrypts() {
    return encrypts;
  }

  /** Whether it opens what it protected. */
  public boolean decrypts() {
    return decrypts;
  }

  /** The code of what it refuses; null for {@link #ACTIVE}. */
  public ErrorCode refusal() {
    return refusal;
  }

  /** What it is and what to do, to be read after "the key ". */
  public String detail() {
    return detail;
  }

  /** A state of a later release is no state to work in. */
  static KeyCondition of(KeyState state) {
    return switch (state) {
      case KEY_STATE_ACTIVE -> ACTIVE;
      case KEY_STATE_PRE_ACTIVE -> PRE_ACTIVE;
      case KEY_STATE_DEACTIVATED -> DEACTIVATED;
      case KEY_STATE_COMPROMISED -> COMPROMISED;
      case KEY_STATE_PENDING_DESTRUCTION -> PENDING_DESTRUCTION;
      case KEY_STATE_DESTROYED -> DESTROYED;
      case KEY_STATE_DISABLED, KEY_STATE_UNSPECIFIED, UNRECOGNIZED -> DISABLED;
    };
  }
}
