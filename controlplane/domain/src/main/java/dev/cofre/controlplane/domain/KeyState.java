package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * The state of a key, or of one of its versions, after NIST SP 800-57 part 1 revision 5, section 7.
 * Immutable.
 *
 * <p>What may follow what stands in {@link KeyMoves}.
 */
public sealed interface KeyState {
  /** Which state it is, without what goes with it. */
  Name name();

  /** The states by the names that documents, answers and the store have. */
  enum Name {
    /** Made, and not yet in use. */
    PRE_ACTIVE(false, false),
    /** Encrypts and decrypts. */
    ACTIVE(true, true),
    /** Suspended: does neither, until it is enabled again. */
    DISABLED(false, false),
    /** At its end: decrypts, and encrypts nothing new. */
    DEACTIVATED(false, true),
    /** Somebody may have it: decrypts, so that its data can move, and encrypts nothing any more. */
    COMPROMISED(false, true),
    /** Does neither, and is destroyed when its waiting period ends. */
    PENDING_DESTRUCTION(false, false),
    /** Gone for good; a signed tombstone says what cannot be decrypted any more. */
    DESTROYED(false, false);

    private final boolean encrypts;
    private final boolean decrypts;

    Name(boolean encrypts, boolean decrypts) {
      this.encrypts = encrypts;
      this.decrypts = decrypts;
    }

    /** Whether a key in this state encrypts. */
    public boolean encrypts() {
      return encrypts;
    }

    /** Whether a key in this state decrypts. */
    public boolean decrypts() {
      return decrypts;
    }

    /** All names. */
    public static List<String> wireNames() {
      return Arrays.stream(values()).map(Name::name).toList();
    }
  }

  /** Not yet in use. */
  record PreActive() implements KeyState {
    @Override
    public Name name() {
      return Name.PRE_ACTIVE;
    }
  }

  /** In use. */
  record Active() implements KeyState {
    @Override
    public Name name() {
      return Name.ACTIVE;
    }
  }

  /** Out of use for a while. */
  record Suspended() implements KeyState {
    @Override
    public Name name() {
      return Name.DISABLED;
    }
  }

  /** Decrypts only. */
  record Deactivated() implements KeyState {
    @Override
    public Name name() {
      return Name.DEACTIVATED;
    }
  }

  /** Decrypts only, and is not to be trusted. */
  record Compromised() implements KeyState {
    @Override
    public Name name() {
      return Name.COMPROMISED;
    }
  }

  /**
   * Waits for its destruction.
   *
   * @param askedAt when it was asked for
   * @param askedBy by whom
   * @param at when the waiting period ends
   * @param before the state that it had, and has again when this is cancelled
   * @param begun whether the destruction has begun: then it cannot be cancelled
   */
  record DestructionScheduled(
      Instant askedAt, String askedBy, Instant at, Name before, boolean begun) implements KeyState {
    /** The same, from now on not to be cancelled. */
    public DestructionScheduled begin() {
      return new DestructionScheduled(askedAt, askedBy, at, before, true);
    }

    @Override
    public Name name() {
      return Name.PENDING_DESTRUCTION;
    }
  }

  /**
   * Destroyed.
   *
   * @param at when
   */
  record Destroyed(Instant at) implements KeyState {
    @Override
    public Name name() {
      return Name.DESTROYED;
    }
  }

  /**
   * The state {@code name}, which carries nothing else.
   *
   * @throws IllegalArgumentException when it does
   */
  static KeyState plain(Name name) {
    return switch (name) {
      case PRE_ACTIVE -> new PreActive();
      case ACTIVE -> new Active();
      case DISABLED -> new Suspended();
      case DEACTIVATED -> new Deactivated();
      case COMPROMISED -> new Compromised();
      case PENDING_DESTRUCTION, DESTROYED ->
          throw new IllegalArgumentException("the state " + name + " has a time");
    };
  }
}
