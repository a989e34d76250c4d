package dev.cofre.engine.request;

import dev.cofre.contract.audit.digest.ContextDigests;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.snapshot.KeyMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The items of one request and what became of each: plaintexts to encrypt, or envelopes to decrypt,
 * as slices of arrays; the answers are slices of one array.
 *
 * <p>An item's outcome is a value: bytes, or its own problem; one bad item never fails the others.
 * What is output is good until {@link #close}, which overwrites plaintext and gives the batch back
 * to its event loop. Not thread-safe.
 */
public final class Batch implements AutoCloseable {
  /** What a batch keeps for the next request; a larger array is made for its request alone. */
  private static final int OUTPUT_BYTES_KEPT = 256 * 1024;

  private static final int ITEMS_KEPT = 1_024;
  private static final byte[] NO_BYTES = new byte[0];
  private static final int OPEN = -1;

  private final RequestPath path;
  private byte[][] in = new byte[16][];
  private int[] inOffset = new int[16];
  private int[] inLength = new int[16];
  private EncryptionContext[] context = new EncryptionContext[16];
  private ProblemException[] problem = new ProblemException[16];
  private Use[] use = new Use[16];
  private int[] outOffset = new int[16];
  private int[] outLength = new int[16];
  private int size;
  private final List<Use> uses = new ArrayList<>();
  private byte[] out = NO_BYTES;
  private int outputEnd;
  private EncryptionContext commonContext = EncryptionContext.EMPTY;
  private boolean sharesContext = true;
  private int problems;
  private boolean opens;
  private boolean lent;
  private EncryptionContext aadContext = EncryptionContext.EMPTY;
  private byte[] aad = NO_BYTES;

  Batch(RequestPath path) {
    this.path = path;
  }

  /** The one answer to every envelope that is not valid, whatever is wrong with it. */
  public static ProblemException invalidCiphertext() {
    return new ProblemException(
        ErrorCode.INVALID_CIPHERTEXT,
        "the envelope is not valid: it was changed or cut, or its encryption context is another one; send it as it was answered, with the same context");
  }

  /** Adds an item: {@code length} bytes of {@code bytes} from {@code offset} on, not copied. */
  public void add(byte[] bytes, int offset, int length, EncryptionContext context) {
    int item = next(context);
    in[item] = bytes;
    inOffset[item] = offset;
    inLength[item] = length;
  }

  /** Adds an item that is wrong in itself; its error is its own. */
  public void addMalformed(ProblemException malformed) {
    fail(next(EncryptionContext.EMPTY), malformed);
  }

  private int next(EncryptionContext itemContext) {
    if (size == in.length) {
      grow(2 * size);
    }
    if (size == 0) {
      commonContext = itemContext;
    } else if (!itemContext.equals(commonContext)) {
      sharesContext = false;
    }
    context[size] = itemContext;
    inLength[size] = 0;
    outLength[size] = OPEN;
    return size++;
  }

  private void grow(int capacity) {
    in = Arrays.copyOf(in, capacity);
    inOffset = Arrays.copyOf(inOffset, capacity);
    inLength = Arrays.copyOf(inLength, capacity);
    context = Arrays.copyOf(context, capacity);
    problem = Arrays.copyOf(problem, capacity);
    use = Arrays.copyOf(use, capacity);
    outOffset = Arrays.copyOf(outOffset, capacity);
    outLength = Arrays.copyOf(outLength, capacity);
  }

  /** How many items. */
  public int size() {
    return size;
  }

  /** What is wrong with {@code item}, or null when all is well. */
  public ProblemException problem(int item) {
    return problem[item];
  }

  /** The array that holds all output. */
  public byte[] output() {
    return out;
  }

  /** Where {@code item}'s output begins. */
  public int outputOffset(int item) {
    return outOffset[item];
  }

  /** How many bytes {@code item}'s output has. */
  public int outputLength(int item) {
    return outLength[item];
  }

  /** A copy of {@code item}'s output. */
  public byte[] copyOfOutput(int item) {
    return Arrays.copyOfRange(out, outOffset[item], outOffset[item] + outLength[item]);
  }

  /** The KMS key of {@code item}; null when it was not found out. */
  public KeyMetadata key(int item) {
    return use[item] == null ? null : use[item].key();
  }

  /** The key version that {@code item} used. */
  public int keyVersion(int item) {
    return use[item].keyVersion();
  }

  /** Overwrites what was given as input. */
  public void wipeInputs() {
    for (int i = 0; i < size; i++) {
      if (in[i] != null) {
        Arrays.fill(in[i], inOffset[i], inOffset[i] + inLength[i], (byte) 0);
      }
    }
  }

  /** How many bytes were given as input. */
  public long inputBytes() {
    long bytes = 0;
    for (int i = 0; i < size; i++) {
      bytes += inLength[i];
    }
    return bytes;
  }

  /**
   * Copies what was given as input, for work that goes on after the caller's array is used again.
   */
  public void detachInputs() {
    byte[] own = new byte[Math.toIntExact(inputBytes())];
    int at = 0;
    for (int i = 0; i < size; i++) {
      if (in[i] != null) {
        System.arraycopy(in[i], inOffset[i], own, at, inLength[i]);
        if (use[i] != null) {
          use[i].moved(in[i], inOffset[i], own, at);
        }
        in[i] = own;
        inOffset[i] = at;
        at += inLength[i];
      }
    }
  }

  /** A copy of {@code item}'s input. */
  public byte[] copyOfInput(int item) {
    return Arrays.copyOfRange(in[item], inOffset[item], inOffset[item] + inLength[item]);
  }

  byte[] input(int item) {
    return in[item];
  }

  int inputOffset(int item) {
    return inOffset[item];
  }

  int inputLength(int item) {
    return inLength[item];
  }

  EncryptionContext context(int item) {
    return context[item];
  }

  /** The canonical context of {@code item}; the same array while the context is the same. */
  byte[] aad(int item) {
    if (!context[item].equals(aadContext)) {
      aadContext = context[item];
      aad = aadContext.canonical();
    }
    return aad;
  }

  /** Says that the output is the plaintext, else the input is. */
  void opens(boolean plaintextIsOutput) {
    this.opens = plaintextIsOutput;
  }

  /** How many bytes of plaintext {@code item} has; 0 when it has a problem. */
  int plaintextLength(int item) {
    return problem[item] != null ? 0 : opens ? outLength[item] : inLength[item];
  }

  /** How many bytes of plaintext were processed. */
  public long plaintextBytes() {
    long bytes = 0;
    for (int i = 0; i < size; i++) {
      bytes += plaintextLength(i);
    }
    return bytes;
  }

  Use use(int item) {
    return use[item];
  }

  /** Says which data key {@code item} uses. */
  void use(int item, Use used) {
    use[item] = used;
  }

  /** Adds a data key that items use. */
  Use addUse(Use used) {
    uses.add(used);
    return used;
  }

  List<Use> uses() {
    return uses;
  }

  /** Whether {@code item} has neither output nor problem yet. */
  boolean isOpen(int item) {
    return outLength[item] == OPEN && problem[item] == null;
  }

  void fail(int item, ProblemException failure) {
    problem[item] = failure;
    outLength[item] = 0;
    problems++;
  }

  /** Whether there is nothing left to do: each item has its problem. */
  boolean isSettled() {
    return size > 0 && problems == size;
  }

  /** Says which key was asked for by items that got no data key, for the audit log. */
  void nameKey(KeyMetadata key) {
    for (int i = 0; i < size; i++) {
      if (use[i] == null) {
        use[i] = Use.refused(key);
      }
    }
  }

  /** Whether no item has a problem. */
  boolean isWhole() {
    return problems == 0;
  }

  /** Whether all items have the same context; then {@link #commonContext} is it. */
  boolean sharesContext() {
    return sharesContext;
  }

  EncryptionContext commonContext() {
    return commonContext;
  }

  /** Its contexts, each once; of more than an event holds, the first ones. */
  Collection<EncryptionContext> someContexts() {
    if (sharesContext) {
      return List.of(commonContext);
    }
    Set<EncryptionContext> contexts = new LinkedHashSet<>();
    for (int i = 0; i < size && contexts.size() < ContextDigests.COUNT_MAX; i++) {
      contexts.add(context[i]);
    }
    return contexts;
  }

  /** Makes room for {@code bytes} of output in all; what is there already stays. */
  void reserve(long bytes) {
    int needed = Math.toIntExact(bytes);
    if (out.length < needed) {
      byte[] larger = new byte[Math.max(needed, Math.min(2 * needed, OUTPUT_BYTES_KEPT))];
      System.arraycopy(out, 0, larger, 0, outputEnd);
      Arrays.fill(out, 0, outputEnd, (byte) 0);
      out = larger;
    }
  }

  /** Where the next output goes. */
  int outputEnd() {
    return outputEnd;
  }

  /** {@code item}'s output are the next {@code length} bytes. */
  void done(int item, int length) {
    outOffset[item] = outputEnd;
    outLength[item] = length;
    outputEnd += length;
  }

  /** {@code item}'s output is a copy of that of {@code other}'s item {@code from}. */
  void copyFrom(Batch other, int from, int item) {
    int length = other.outLength[from];
    System.arraycopy(other.out, other.outOffset[from], out, outputEnd, length);
    use[item] = other.use[from];
    done(item, length);
  }

  /** Marks that a request has it. */
  Batch lend() {
    lent = true;
    return this;
  }

  /** Overwrites plaintext output and forgets the items. */
  @Override
  public void close() {
    if (!lent) {
      return;
    }
    lent = false;
    if (opens) {
      Arrays.fill(out, 0, outputEnd, (byte) 0);
    }
    if (out.length > OUTPUT_BYTES_KEPT) {
      out = NO_BYTES;
    }
    Arrays.fill(in, 0, size, null);
    Arrays.fill(context, 0, size, null);
    Arrays.fill(problem, 0, size, null);
    Arrays.fill(use, 0, size, null);
    uses.clear();
    if (in.length > ITEMS_KEPT) {
      grow(16);
    }
    size = 0;
    outputEnd = 0;
    problems = 0;
    sharesContext = true;
    commonContext = EncryptionContext.EMPTY;
    path.recycle(this);
  }

  @Override
  public String toString() {
    return "Batch[" + size + " items]";
  }
}
