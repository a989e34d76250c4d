package dev.cofre.hsm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The tokens of a PKCS#11 module: listing them, finding one by its label, making one, logging in.
 *
 * <p>Thread-safe as far as the module is.
 */
public final class Cryptoki {
  private static final long SLOTS_MAX = 1024;
  private static final long CKF_SERIAL_SESSION = 4;
  private static final long CKF_RW_SESSION = 2;
  private static final long CKF_TOKEN_INITIALIZED = 0x400;
  private static final int TOKEN_INFO_LENGTH = 208;
  private static final int TOKEN_FLAGS_OFFSET = 96;
  private static final int LABEL_LENGTH = 32;

  /** How often a token that others may be writing to is tried: {@link #tryAnew}. */
  private static final int TRIES = 10;

  private static final long PAUSE_MS = 50;
  private static final int LOOKS = 5;
  private static final long LOOK_AGAIN_MS = 5;

  static final long CKU_SO = 0;
  static final long CKU_USER = 1;

  private final Pkcs11Module module;
  private final Pkcs11Functions functions;

  private final Optional<SoftHsmFiles> files;

  private Cryptoki(Path library, String arguments) {
    this.module = Pkcs11Module.load(library, arguments);
    this.functions = module.functions();
    this.files = SoftHsmFiles.of(library);
  }

  /**
   * A token as its module lists it.
   *
   * @param slot the id of its slot
   * @param label without padding
   * @param initialized whether it can be logged in to
   */
  public record Token(long slot, String label, boolean initialized) {}

  /**
   * Loads and initialises the module of {@code config}, once per process.
   *
   * @throws HsmException when it is absent or is no PKCS#11 module
   */
  public static Cryptoki load(HsmConfig config) {
    return new Cryptoki(config.library(), config.moduleArguments());
  }

  /** The same for a module that wants no arguments. */
  public static Cryptoki load(Path library) {
    return new Cryptoki(library, "");
  }

  Pkcs11Module module() {
    return module;
  }

  /** The tokens that are present. */
  public List<Token> tokens() {
    return module.call(this::list);
  }

  private List<Token> list() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_LONG);
      MemorySegment slots = arena.allocate(JAVA_LONG, SLOTS_MAX);
      count.set(JAVA_LONG, 0, SLOTS_MAX);
      CkResult.check(
          functions.getSlotList((byte) 1, slots, count), "the HSM's slots cannot be listed");
      List<Token> tokens = new ArrayList<>();
      for (long i = 0; i < count.get(JAVA_LONG, 0); i++) {
        token(arena, slots.getAtIndex(JAVA_LONG, i)).ifPresent(tokens::add);
      }
      return tokens;
    }
  }

  /** Empty for a token that cannot be read: it was taken away, or its files were. */
  private Optional<Token> token(Arena arena, long slot) {
    MemorySegment info = arena.allocate(TOKEN_INFO_LENGTH, Long.BYTES);
    if (functions.getTokenInfo(slot, info) != CkResult.OK) {
      return Optional.empty();
    }
    String label =
        new String(info.asSlice(0, LABEL_LENGTH).toArray(JAVA_BYTE), StandardCharsets.UTF_8)
            .strip();
    boolean initialized = (info.get(JAVA_LONG, TOKEN_FLAGS_OFFSET) & CKF_TOKEN_INITIALIZED) != 0;
    return Optional.of(new Token(slot, label, initialized));
  }

  /** Whether the token in {@code slot} can be read; it is looked for several times. */
  boolean isPresent(long slot) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(TOKEN_INFO_LENGTH, Long.BYTES);
      for (int look = 1; functions.getTokenInfo(slot, info) != CkResult.OK; look++) {
        if (look == LOOKS) {
          files.ifPresent(SoftHsmFiles::restore);
          return false;
        }
        pause(LOOK_AGAIN_MS);
      }
      return true;
    }
  }

  /**
   * Prepares another attempt at what failed, when there is one left. SoftHSM2 writes its token's
   * file anew at each login, and who reads it in that moment sees no token, or fails with a general
   * error: so do nodes that share a token and start together. What it saw of the tokens is kept
   * until the module is begun anew, with which all sessions end. What a process that was killed at
   * its login has emptied is restored.
   *
   * @param attempt the number of the one that failed, from 1
   * @return whether to try again
   */
  boolean tryAnew(int attempt) {
    if (attempt >= TRIES || !pause(PAUSE_MS)) {
      return false;
    }
    files.ifPresent(SoftHsmFiles::restore);
    module.restart(module.generation());
    return true;
  }

  /** Somebody has logged in: what SoftHSM2 wrote for that is kept a second time. */
  void loggedIn() {
    files.ifPresent(SoftHsmFiles::save);
  }

  /** False when the thread was interrupted. */
  private static boolean pause(long ms) {
    try {
      Thread.sleep(ms);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The id of the slot that {@code config} names. */
  long slotOf(HsmConfig config) {
    return config.slot().isPresent() ? config.slot().getAsLong() : slotOf(config.tokenLabel());
  }

  /**
   * The id of the slot whose token has {@code label}.
   *
   * @throws HsmException when no token or several have it
   */
  public long slotOf(String label) {
    List<Token> tokens = tokens();
    List<Token> found =
        tokens.stream()
            .filter(token -> token.initialized() && token.label().equals(label))
            .toList();
    if (found.size() == 1) {
      return found.getFirst().slot();
    }
    throw new HsmException(
        (found.isEmpty() ? "no token has the label " : "several tokens have the label ")
            + label
            + "; set hsm.slot, or hsm.tokenLabel to one of "
            + tokens.stream().filter(Token::initialized).map(Token::label).toList());
  }

  /**
   * Whether a token has {@code label}. It is looked for several times, so this is for a process
   * that has no session: the module is begun anew between the looks.
   */
  public boolean hasToken(String label) {
    for (int look = 1; ; look++) {
      if (tokens().stream().anyMatch(token -> token.initialized() && token.label().equals(label))) {
        return true;
      }
      if (!tryAnew(look)) {
        return false;
      }
    }
  }

  /**
   * Makes a token with {@code label} in the first slot whose token is not initialised.
   *
   * @throws HsmException when no token can have {@code label}, or there is no free slot
   */
  public void initializeToken(String label, Pin securityOfficerPin, Pin userPin) {
    byte[] labelBytes = labelBytes(label);
    long slot =
        tokens().stream()
            .filter(token -> !token.initialized())
            .mapToLong(Token::slot)
            .findFirst()
            .orElseThrow(() -> new HsmException("the HSM has no free slot for a new token"));
    byte[] so = securityOfficerPin.utf8();
    byte[] user = userPin.utf8();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment padded = arena.allocate(LABEL_LENGTH).fill((byte) ' ');
      MemorySegment.copy(MemorySegment.ofArray(labelBytes), 0, padded, 0, labelBytes.length);
      MemorySegment soPin = arena.allocateFrom(JAVA_BYTE, so);
      MemorySegment pin = arena.allocateFrom(JAVA_BYTE, user);
      CkResult.check(
          functions.initToken(slot, soPin, so.length, padded), "the token cannot be initialised");
      try (Session session = login(slotOf(label), CKU_SO, so)) {
        CkResult.check(
            functions.initPin(session.handle, pin, user.length), "the token's PIN cannot be set");
      } finally {
        soPin.fill((byte) 0);
        pin.fill((byte) 0);
      }
    } finally {
      Arrays.fill(so, (byte) 0);
      Arrays.fill(user, (byte) 0);
    }
  }

  private static byte[] labelBytes(String label) {
    byte[] bytes = label.getBytes(StandardCharsets.UTF_8);
    if (label.isBlank() || bytes.length > LABEL_LENGTH) {
      throw new HsmException(
          "a token's label has 1 to " + LABEL_LENGTH + " bytes of UTF-8, not all blank: " + label);
    }
    return bytes;
  }

  /** A new session with {@code slot}, whoever is logged in. */
  Session open(long slot) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(JAVA_LONG);
      CkResult.check(
          functions.openSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, handle),
          "no session can be opened with the token");
      return new Session(this, handle.get(JAVA_LONG, 0), module.generation());
    }
  }

  /** Logs in once: a wrong PIN is not tried again. */
  Session login(long slot, Pin pin) {
    byte[] bytes = pin.utf8();
    try {
      return login(slot, CKU_USER, bytes);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private Session login(long slot, long user, byte[] pin) {
    Session session = open(slot);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, pin);
      long result = functions.login(session.handle, user, bytes, pin.length);
      bytes.fill((byte) 0);
      if (result != CkResult.USER_ALREADY_LOGGED_IN && result != CkResult.OK) {
        session.close();
        throw loginRefused(result);
      }
      return session;
    }
  }

  static HsmException loginRefused(long result) {
    if (result == CkResult.PIN_INCORRECT || result == CkResult.PIN_LEN_RANGE) {
      return new PinRefusedException(
          "the HSM refused the PIN (tried once); check hsm.pinFile and hsm.tokenLabel");
    }
    if (result == CkResult.PIN_LOCKED) {
      return new PinRefusedException("the HSM's PIN is locked; unlock it with your HSM's tools");
    }
    return new HsmException("the login to the HSM failed: " + CkResult.name(result));
  }

  /** An open session of one generation of its module. */
  static final class Session implements AutoCloseable {
    private final Cryptoki cryptoki;
    private final long handle;
    private final long generation;

    private Session(Cryptoki cryptoki, long handle, long generation) {
      this.cryptoki = cryptoki;
      this.handle = handle;
      this.generation = generation;
    }

    Cryptoki cryptoki() {
      return cryptoki;
    }

    Pkcs11Functions functions() {
      return cryptoki.functions;
    }

    long handle() {
      return handle;
    }

    long generation() {
      return generation;
    }

    /** Whether the module was begun anew since: then the handle is another's. */
    boolean isOver() {
      return generation != cryptoki.module.generation();
    }

    @Override
    public void close() {
      if (!isOver()) {
        cryptoki.functions.closeSession(handle);
      }
    }
  }
}
