package dev.cofre.engine.aes;

import static java.lang.foreign.MemorySegment.NULL;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cofre.engine.foreign.NativeLibrary;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The functions of OpenSSL 3's libcrypto that are used here. All handles are null where there is
 * none, or where it does not give the answer of FIPS 197, appendix C.3.
 */
@SuppressWarnings("restricted") // the launcher enables native access
final class Libcrypto {
  static final int KEY_LENGTH = 32;

  private static final System.Logger LOG = System.getLogger(Libcrypto.class.getName());
  private static final String LIBRARY = "libcrypto.so.3";

  /**
   * Its contexts are in use for as long as the process runs, so nothing is torn down at its end.
   */
  private static final long NO_ATEXIT = 0x80000;

  private static final NativeLibrary FUNCTIONS = NativeLibrary.find(LIBRARY);

  private static final FunctionDescriptor INIT_TYPE =
      FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);

  /** EVP_EncryptInit_ex(context, cipher, engine, key, iv): sets the key of a context in use. */
  static final MethodHandle SET_KEY =
      FUNCTIONS.link("EVP_EncryptInit_ex", INIT_TYPE, Linker.Option.critical(true));

  /** EVP_Cipher(context, out, in, length): whole blocks, without what the update would buffer. */
  static final MethodHandle ENCRYPT =
      FUNCTIONS.link(
          "EVP_Cipher",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_INT),
          Linker.Option.critical(true));

  private static final MethodHandle NEW =
      FUNCTIONS.link("EVP_CIPHER_CTX_new", FunctionDescriptor.of(ADDRESS));
  private static final MethodHandle FREE =
      FUNCTIONS.link("EVP_CIPHER_CTX_free", FunctionDescriptor.ofVoid(ADDRESS));
  private static final MethodHandle INIT = FUNCTIONS.link("EVP_EncryptInit_ex", INIT_TYPE);
  private static final MemorySegment CIPHER = cipher();

  /** Whether there is one that encrypts as it should. */
  static final boolean IS_GOOD = isGood();

  private Libcrypto() {}

  /** AES-256-ECB, looked up once; NULL where it is not to be had. */
  private static MemorySegment cipher() {
    MethodHandle begin =
        FUNCTIONS.link("OPENSSL_init_crypto", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS));
    MethodHandle fetch =
        FUNCTIONS.link(
            "EVP_CIPHER_fetch", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS));
    if (begin == null || fetch == null || NEW == null || FREE == null) {
      return NULL;
    }
    try (Arena arena = Arena.ofConfined()) {
      int begun = (int) begin.invokeExact(NO_ATEXIT, NULL);
      MemorySegment name = arena.allocateFrom("AES-256-ECB");
      return begun == 1 ? (MemorySegment) fetch.invokeExact(NULL, name, NULL) : NULL;
    } catch (Throwable e) {
      throw NativeLibrary.failed(e);
    }
  }

  /** A context with a key of zeros. */
  static MemorySegment newContext() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment context = (MemorySegment) NEW.invokeExact();
      if (context.address() == 0) {
        throw new OutOfMemoryError("libcrypto has no memory for a cipher");
      }
      MemorySegment zero = arena.allocate(KEY_LENGTH);
      require((int) INIT.invokeExact(context, CIPHER, NULL, zero, NULL));
      return context;
    } catch (Throwable e) {
      throw NativeLibrary.failed(e);
    }
  }

  static void free(MemorySegment context) {
    try {
      FREE.invokeExact(context);
    } catch (Throwable e) {
      throw NativeLibrary.failed(e);
    }
  }

  /** FIPS 197, appendix C.3. */
  private static boolean isGood() {
    if (CIPHER.address() == 0 || SET_KEY == null || ENCRYPT == null) {
      warn();
      return false;
    }
    byte[] key = new byte[KEY_LENGTH];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) i;
    }
    byte[] plain = HexFormat.of().parseHex("00112233445566778899aabbccddeeff");
    byte[] out = new byte[plain.length];
    MemorySegment context = newContext();
    try {
      require((int) SET_KEY.invokeExact(context, NULL, NULL, MemorySegment.ofArray(key), NULL));
      require(
          (int)
              ENCRYPT.invokeExact(
                  context, MemorySegment.ofArray(out), MemorySegment.ofArray(plain), out.length));
    } catch (Throwable e) {
      throw NativeLibrary.failed(e);
    } finally {
      free(context);
    }
    boolean good = Arrays.equals(out, HexFormat.of().parseHex("8ea2b7ca516745bfeafc49904b496089"));
    if (!good) {
      warn();
    }
    return good;
  }

  private static void warn() {
    LOG.log(
        Level.WARNING,
        "there is no usable {0}: the JDK derives request keys, and data keys'' schedules are on the"
            + " heap, where the collector may leave copies of them",
        LIBRARY);
  }

  /** EVP_Cipher answers with a length, the others with 1; 0 and less is a failure. */
  static void require(int result) {
    if (result <= 0) {
      throw new IllegalStateException("libcrypto refused");
    }
  }
}
