package dev.cofre.hsm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * A loaded PKCS#11 module, one object for each library of the process, and its life: begun once,
 * and begun anew when the token cannot be reached in another way (docs/adr/0008).
 *
 * <p>Concurrency: thread-safe. Calls run under the shared half of a lock; {@link #restart} waits
 * until none is in the module and lets none in. All sessions and handles end with a restart, and
 * their numbers are used again: each belongs to a {@link #generation}, and nothing may be done with
 * one of another generation, not even closing it.
 */
final class Pkcs11Module {
  private static final byte[] ELF_MAGIC = {0x7f, 'E', 'L', 'F'};
  private static final Map<Path, Pkcs11Module> LOADED = new ConcurrentHashMap<>();
  private static final long CKF_OS_LOCKING_OK = 2;
  private static final long FLAGS_OFFSET = 32;
  private static final long RESERVED_OFFSET = 40;

  /** One pointer longer than the standard's: NSS reads its arguments in place of pReserved. */
  private static final long ARGUMENTS_LENGTH = 56;

  private static final long QUIET_MS = 1_000;

  private final Pkcs11Functions functions;
  private final String arguments;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final AtomicLong generation = new AtomicLong();

  /** False while it is ended because it could not be begun anew. */
  private volatile boolean begun;

  private Pkcs11Module(Pkcs11Functions functions, String arguments) {
    this.functions = functions;
    this.arguments = arguments;
  }

  /**
   * The module in {@code library}, loaded and begun.
   *
   * @param arguments what the vendor wants at its beginning; may be empty. The first one counts
   * @throws HsmException when it is absent or is no PKCS#11 module
   */
  static Pkcs11Module load(Path library, String arguments) {
    Pkcs11Module module = LOADED.computeIfAbsent(library, absent -> begin(absent, arguments));
    if (!module.begun) {
      module.restart(module.generation());
    }
    return module;
  }

  private static Pkcs11Module begin(Path library, String arguments) {
    if (!Files.isReadable(library)) {
      throw new HsmException(
          "there is no PKCS#11 module at "
              + library
              + "; install your HSM's (for SoftHSM2: apt-get install softhsm2) or set hsm.library");
    }
    try {
      if (!isElf(library)) {
        // The JVM would try, and warn in words of its own.
        throw new IllegalArgumentException("not an ELF file");
      }
      Pkcs11Module module = new Pkcs11Module(Pkcs11Functions.load(library), arguments);
      module.initialize();
      return module;
    } catch (IllegalArgumentException | IOException e) {
      throw new HsmException(
          library
              + " cannot be loaded as a PKCS#11 module; set hsm.library to your HSM's shared library",
          e);
    }
  }

  private static boolean isElf(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(ELF_MAGIC.length), ELF_MAGIC);
    }
  }

  private void initialize() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment args = arena.allocate(ARGUMENTS_LENGTH);
      args.set(JAVA_LONG, FLAGS_OFFSET, CKF_OS_LOCKING_OK);
      if (!arguments.isEmpty()) {
        args.set(ADDRESS, RESERVED_OFFSET, arena.allocateFrom(arguments));
      }
      long result = functions.initialize(args);
      if (result != CkResult.CRYPTOKI_ALREADY_INITIALIZED) {
        CkResult.check(result, "the PKCS#11 module cannot be initialised");
      }
      begun = true;
    }
  }

  /** The C functions, to be called within {@link #call}. */
  Pkcs11Functions functions() {
    return functions;
  }

  /** How often the module was begun anew. */
  long generation() {
    return generation.get();
  }

  /** Holds off restarts until it is unlocked. For {@code try … finally}. */
  Lock inUse() {
    return lock.readLock();
  }

  /** Runs {@code calls} with no restart in between. */
  <T> T call(Supplier<T> calls) {
    Lock use = lock.readLock();
    use.lock();
    try {
      return calls.get();
    } finally {
      use.unlock();
    }
  }

  /**
   * Ends the module and begins it anew, unless somebody did so since it was of generation {@code
   * seen}.
   *
   * @throws HsmException when a call is stuck in it, or it cannot begin: then it stays ended, and
   *     the next one tries again
   */
  void restart(long seen) {
    if (!lockQuiet()) {
      throw new HsmException("a call is stuck in the PKCS#11 module; it cannot be begun anew");
    }
    try {
      if (generation.get() == seen) {
        begun = false;
        functions.finish();
        generation.incrementAndGet();
        initialize();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  private boolean lockQuiet() {
    try {
      return lock.writeLock().tryLock(QUIET_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
