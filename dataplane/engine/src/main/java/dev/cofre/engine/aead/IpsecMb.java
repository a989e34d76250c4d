package dev.cofre.engine.aead;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cofre.engine.foreign.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * AES-256-GCM of Intel's Multi-Buffer Crypto library (Debian's package libipsec-mb1), in its form
 * for processors with VAES and AVX-512, looked up once.
 *
 * <p>Its functions are called by the names of that form: a processor without its instructions would
 * end the process, so the library's own look at the processor decides whether they may be called.
 */
@SuppressWarnings("restricted") // the launcher enables native access
final class IpsecMb {
  private static final String LIBRARY = "libIPSec_MB.so.1";
  private static final String FORM = "_256_vaes_avx512";

  /** IMB_FEATURE_AVX512_SKX, VAES and VPCLMULQDQ: what the form uses. */
  private static final long PROCESSOR = 0x3f80;

  /** IMB_FEATURE_SAFE_DATA: registers and stack are cleared of keys before a call returns. */
  private static final long CLEARS_KEYS = 1L << 14;

  private static final long SELF_TEST = 1L << 20;
  private static final long SELF_TEST_PASSED = 1L << 21;

  /** Where a manager has its features: two numbers of 64 bits begin it, flags and features. */
  private static final long MANAGER_BEGIN = 2L * Long.BYTES;

  private static final FunctionDescriptor CRYPT_TYPE =
      FunctionDescriptor.ofVoid(
          ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS,
          JAVA_LONG);

  private static final NativeLibrary FUNCTIONS = NativeLibrary.find(LIBRARY);

  /** (key, schedule): the key's round keys, and the powers of its hash key. */
  static final MethodHandle KEY =
      FUNCTIONS.link(
          "aes_gcm_pre" + FORM,
          FunctionDescriptor.ofVoid(ADDRESS, ADDRESS),
          Linker.Option.critical(true));

  /** (schedule, context, out, in, length, nonce, aad, its length, tag, its length). */
  static final MethodHandle SEAL =
      FUNCTIONS.link("aes_gcm_enc" + FORM, CRYPT_TYPE, Linker.Option.critical(true));

  /** As {@link #SEAL}; the tag is made, not compared. */
  static final MethodHandle OPEN =
      FUNCTIONS.link("aes_gcm_dec" + FORM, CRYPT_TYPE, Linker.Option.critical(true));

  /** Why it cannot be used on this machine; null when it can. */
  static final String OBSTACLE = obstacle();

  private IpsecMb() {}

  private static String obstacle() {
    if (!FUNCTIONS.isThere()) {
      return "there is no " + LIBRARY + " (Debian's package libipsec-mb1)";
    }
    if (KEY == null || SEAL == null || OPEN == null) {
      return LIBRARY + " has no aes_gcm_enc" + FORM;
    }
    long features = features();
    if ((features & PROCESSOR) != PROCESSOR) {
      return "the processor lacks AVX-512 or VAES";
    }
    if ((features & CLEARS_KEYS) == 0) {
      return LIBRARY + " was built without SAFE_DATA: it would leave keys in registers";
    }
    if ((features & SELF_TEST) != 0 && (features & SELF_TEST_PASSED) == 0) {
      return LIBRARY + " fails its self-test";
    }
    return null;
  }

  /** What the library found on this processor; 0 when it does not say. */
  private static long features() {
    MethodHandle begin = FUNCTIONS.link("alloc_mb_mgr", FunctionDescriptor.of(ADDRESS, JAVA_LONG));
    MethodHandle look =
        FUNCTIONS.link("init_mb_mgr_auto", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
    MethodHandle end = FUNCTIONS.link("free_mb_mgr", FunctionDescriptor.ofVoid(ADDRESS));
    if (begin == null || look == null || end == null) {
      return 0;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment manager = (MemorySegment) begin.invokeExact(0L);
      if (manager.address() == 0) {
        return 0;
      }
      MemorySegment architecture = arena.allocate(JAVA_INT);
      look.invokeExact(manager, architecture);
      long features = manager.reinterpret(MANAGER_BEGIN).get(JAVA_LONG, Long.BYTES);
      end.invokeExact(manager);
      return features;
    } catch (Throwable e) {
      throw NativeLibrary.failed(e);
    }
  }
}
