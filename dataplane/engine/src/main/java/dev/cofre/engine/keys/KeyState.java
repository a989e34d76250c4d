package dev.cofre.engine.keys;

import static dev.cofre.contract.envelope.RequestKeyDerivation.STATE_LENGTH;

import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.engine.aes.NativeAes;
import dev.cofre.hsm.ClearKey;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * What a slot holds of a data key, on its way there: outside the heap, as all copies of data keys.
 *
 * <p>One thread's at a time, from {@link #of} to {@link #close()}, which is done once.
 */
final class KeyState implements AutoCloseable {
  /** Each is a cipher's context and a few bytes; more than HSM threads are never in use. */
  private static final int IDLE_MAX = 64;

  private static final Queue<KeyState> IDLE = new ArrayBlockingQueue<>(IDLE_MAX);

  private final RequestKeyDerivation derivation = new RequestKeyDerivation(NativeAes.orJca());
  private final MemorySegment bytes = Arena.ofAuto().allocate(STATE_LENGTH, Long.BYTES);

  private KeyState() {}

  /** The state of {@code key}, which is left as it is. */
  static KeyState of(ClearKey key, WrappedDataKey wrapped) {
    KeyState idle = IDLE.poll();
    KeyState state = idle == null ? new KeyState() : idle;
    state.derivation.key(key.bytes(), wrapped);
    state.derivation.saveState(key.bytes(), state.bytes.asByteBuffer());
    return state;
  }

  /** {@value RequestKeyDerivation#STATE_LENGTH} bytes. */
  MemorySegment bytes() {
    return bytes;
  }

  /** Overwrites it. */
  @Override
  public void close() {
    derivation.close();
    bytes.fill((byte) 0);
    IDLE.offer(this);
  }
}
