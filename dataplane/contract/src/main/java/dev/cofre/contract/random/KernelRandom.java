package dev.cofre.contract.random;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The kernel's generator, read at each call and never ahead.
 *
 * <p>A pool or DRBG in this process would repeat its output when a virtual machine is restored
 * twice from one snapshot; the kernel reseeds itself then (VM Generation ID). This is why {@link
 * java.security.SecureRandom}, which mixes and buffers in user space, is not used for salts and IVs
 * (invariant I3).
 */
public final class KernelRandom implements RandomSource {
  /** The one instance: it holds an open file and no state. */
  public static final KernelRandom INSTANCE = new KernelRandom();

  private final FileInputStream device;

  private KernelRandom() {
    try {
      device = new FileInputStream("/dev/urandom");
    } catch (IOException e) {
      throw new UncheckedIOException("the kernel's random device cannot be opened", e);
    }
  }

  @Override
  public void fill(byte[] out, int offset, int length) {
    int done = 0;
    try {
      while (done < length) {
        int read = device.read(out, offset + done, length - done);
        if (read <= 0) {
          throw new IOException("end of file");
        }
        done += read;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the kernel's random device cannot be read", e);
    }
  }
}
