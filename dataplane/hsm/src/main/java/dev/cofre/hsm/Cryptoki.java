package dev.cofre.hsm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A PKCS#11 module by its C functions (PKCS#11 v2.40, 64-bit Linux ABI), for what SunPKCS11 does
 * not offer: making a token, finding a slot by its label, trying to read a key's bytes.
 *
 * <p>The module is initialised once per process, whoever comes first. Thread-safe as far as the
 * module is.
 */
@SuppressWarnings("restricted") // calling into the vendor's library is what this class is for
public final class Cryptoki {
  private static final byte[] ELF_MAGIC = {0x7f, 'E', 'L', 'F'};
  private static final long SLOTS_MAX = 1024;
  private static final long CKF_SERIAL_SESSION = 4;
  private static final long CKF_RW_SESSION = 2;
  private static final long CKF_OS_LOCKING_OK = 2;
  private static final long CKF_TOKEN_INITIALIZED = 0x400;
  private static final int TOKEN_INFO_LENGTH = 208;
  private static final int TOKEN_FLAGS_OFFSET = 96;
  private static final int LABEL_LENGTH = 32;

  static final long CKU_SO = 0;
  static final long CKU_USER = 1;

  private final SymbolLookup symbols;

  private Cryptoki(SymbolLookup symbols) {
    this.symbols = symbols;
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
   * Loads and initialises {@code library}.
   *
   * @throws HsmException when it is absent or is no PKCS#11 module
   */
  public static Cryptoki load(Path library) {
    if (!Files.isReadable(library)) {
      throw new HsmException(
          "there is no PKCS#11 module at "
              + library
              + "; install your HSM's (for SoftHSM2: apt-get install softhsm2) or set hsm.library");
    }
    SymbolLookup symbols;
    try {
      if (!isElf(library)) {
        // The JVM would try, and warn in words of its own.
        throw new IllegalArgumentException("not an ELF file");
      }
      symbols = SymbolLookup.libraryLookup(library, Arena.global());
    } catch (IllegalArgumentException | IOException e) {
      throw new HsmException(
          library
              + " cannot be loaded as a shared library; set hsm.library to your HSM's PKCS#11 module",
          e);
    }
    if (symbols.find("C_GetFunctionList").isEmpty()) {
      throw new HsmException(library + " is no PKCS#11 module; set hsm.library to your HSM's");
    }
    Cryptoki module = new Cryptoki(symbols);
    module.initialize();
    return module;
  }

  private static boolean isElf(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(ELF_MAGIC.length), ELF_MAGIC);
    }
  }

  private void initialize() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment args = arena.allocate(6 * 8);
      args.set(JAVA_LONG, 32, CKF_OS_LOCKING_OK);
      long result = call("C_Initialize", args);
      if (result != CkResult.CRYPTOKI_ALREADY_INITIALIZED) {
        check(result, "the PKCS#11 module cannot be initialised");
      }
    }
  }

  /** The tokens that are present. */
  public List<Token> tokens() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_LONG);
      MemorySegment slots = arena.allocate(JAVA_LONG, SLOTS_MAX);
      count.set(JAVA_LONG, 0, SLOTS_MAX);
      check(call("C_GetSlotList", (byte) 1, slots, count), "the HSM's slots cannot be listed");
      List<Token> tokens = new ArrayList<>();
      for (long i = 0; i < count.get(JAVA_LONG, 0); i++) {
        tokens.add(token(arena, slots.getAtIndex(JAVA_LONG, i)));
      }
      return tokens;
    }
  }

  private Token token(Arena arena, long slot) {
    MemorySegment info = arena.allocate(TOKEN_INFO_LENGTH);
    check(call("C_GetTokenInfo", slot, info), "the token in slot " + slot + " cannot be read");
    String label =
        new String(info.asSlice(0, LABEL_LENGTH).toArray(JAVA_BYTE), StandardCharsets.UTF_8)
            .strip();
    boolean initialized = (info.get(JAVA_LONG, TOKEN_FLAGS_OFFSET) & CKF_TOKEN_INITIALIZED) != 0;
    return new Token(slot, label, initialized);
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

  /** Whether a token has {@code label}. */
  public boolean hasToken(String label) {
    return tokens().stream().anyMatch(token -> token.initialized() && token.label().equals(label));
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
      check(
          call("C_InitToken", slot, soPin, (long) so.length, padded),
          "the token cannot be initialised");
      try (Session session = openSession(slotOf(label), CKU_SO, so)) {
        check(
            call("C_InitPIN", session.handle, pin, (long) user.length),
            "the token's PIN cannot be set");
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

  /** Logs in once: a wrong PIN is not tried again. */
  Session login(long slot, Pin pin) {
    byte[] bytes = pin.utf8();
    try {
      return openSession(slot, CKU_USER, bytes);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private Session openSession(long slot, long user, byte[] pin) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(JAVA_LONG);
      check(
          call(
              "C_OpenSession",
              slot,
              CKF_SERIAL_SESSION | CKF_RW_SESSION,
              MemorySegment.NULL,
              MemorySegment.NULL,
              handle),
          "no session can be opened with the token");
      Session session = new Session(this, handle.get(JAVA_LONG, 0));
      MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, pin);
      long result = call("C_Login", session.handle, user, bytes, (long) pin.length);
      bytes.fill((byte) 0);
      if (result != CkResult.USER_ALREADY_LOGGED_IN && result != CkResult.OK) {
        session.close();
        throw loginRefused(result);
      }
      return session;
    }
  }

  static HsmException loginRefused(long result) {
    if (result == CkResult.PIN_INCORRECT) {
      return new PinRefusedException(
          "the HSM refused the PIN (tried once); check hsm.pinFile and hsm.tokenLabel");
    }
    if (result == CkResult.PIN_LOCKED) {
      return new PinRefusedException("the HSM's PIN is locked; unlock it with your HSM's tools");
    }
    return new HsmException("the login to the HSM failed: " + CkResult.name(result));
  }

  static void check(long result, String what) {
    if (result != CkResult.OK) {
      throw new HsmException(what + ": " + CkResult.name(result));
    }
  }

  /** Calls the C function {@code name}: longs, bytes and addresses in, CK_RV out. */
  long call(String name, Object... arguments) {
    MemoryLayout[] layouts = new MemoryLayout[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      layouts[i] =
          arguments[i] instanceof Long
              ? JAVA_LONG
              : arguments[i] instanceof Byte ? JAVA_BYTE : ADDRESS;
    }
    MemorySegment function =
        symbols.find(name).orElseThrow(() -> new HsmException("the PKCS#11 module has no " + name));
    MethodHandle handle =
        Linker.nativeLinker().downcallHandle(function, FunctionDescriptor.of(JAVA_LONG, layouts));
    try {
      return (long) handle.invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** An open session. */
  static final class Session implements AutoCloseable {
    private final Cryptoki module;
    private final long handle;

    private Session(Cryptoki module, long handle) {
      this.module = module;
      this.handle = handle;
    }

    Cryptoki module() {
      return module;
    }

    long handle() {
      return handle;
    }

    @Override
    public void close() {
      module.call("C_CloseSession", handle);
    }
  }
}
