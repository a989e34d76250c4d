package dev.cofre.dataplane.server.frames;

import static dev.cofre.contract.frames.FrameFormat.ANSWER_ITEM_HEAD_LENGTH;
import static dev.cofre.contract.frames.FrameFormat.BATCH_HEAD_LENGTH;
import static dev.cofre.contract.frames.FrameFormat.HEADER_LENGTH;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.frames.BatchReader;
import dev.cofre.contract.frames.ErrorBody;
import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameReader;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.request.Caller;
import dev.cofre.engine.request.RequestPath;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The requests that were read together: {@link #add} each, {@link #execute}, then write the answers
 * in the order in which the requests came.
 *
 * <p>Requests for one key are one batch of the engine: one decision, one derivation, one audit
 * record. Inputs are slices of the caller's array, which must stay as it is until {@link #execute}
 * has returned; what is not done by then has copied its own. Not thread-safe: one per event loop,
 * reused.
 */
final class FrameRun {
  /** The most requests of one run. */
  static final int REQUESTS_MAX = 1_024;

  private static final int ENCRYPTS = 0;
  private static final int REENCRYPTS = 1;
  private static final int READY = -1;

  private final RequestPath path;
  private final FrameAnswers answers;
  private final KeyNames names = new KeyNames();
  private final DataKeyGroups dataKeys = new DataKeyGroups();
  private final BatchReader items = new BatchReader();
  private final List<FrameGroup> groups = new ArrayList<>();
  private int[] types = new int[64];
  private int[] correlations = new int[64];
  private int[] groupOf = new int[64];
  private int[] itemOf = new int[64];
  private long[] deadlinesMs = new long[64];
  private byte[][] ready = new byte[64][];
  private int size;
  private long run;
  private long answerBytes;
  private FrameCaller caller;
  private String defaultKey;
  private int frameBytesMax;
  private EncryptionContext lastContext = EncryptionContext.EMPTY;

  FrameRun(RequestPath path, FrameAnswers answers) {
    this.path = path;
    this.answers = answers;
  }

  /**
   * Begins anew.
   *
   * @param key what requests are for that name no key, or null
   * @param newFrameBytesMax the longest answer
   */
  void begin(FrameCaller newCaller, String key, int newFrameBytesMax) {
    caller = newCaller;
    defaultKey = key;
    frameBytesMax = newFrameBytesMax;
    Arrays.fill(ready, 0, size, null);
    groups.clear();
    size = 0;
    answerBytes = 0;
    run++;
  }

  int size() {
    return size;
  }

  /** About how long the answers are. */
  long answerBytes() {
    return answerBytes;
  }

  /** Adds a use of a key. */
  void add(FrameReader frame) {
    if (frame.fault() != null) {
      refuse(frame, ErrorCode.INVALID_REQUEST, frame.fault());
      return;
    }
    try {
      EncryptionContext context = context(frame);
      if (FrameType.isBatch(frame.type())) {
        addBatch(frame, context);
      } else if (frame.type() == FrameType.ENCRYPT
          || frame.type() == FrameType.DECRYPT
          || frame.type() == FrameType.REENCRYPT) {
        addSingle(frame, context);
      } else {
        addDataKey(frame, context);
      }
    } catch (ProblemException problem) {
      refuse(frame, problem, 0);
    }
  }

  /** The answer is known already. */
  void addReady(int type, int correlation, byte[] answer) {
    ready[next(type, correlation, 0, READY, 0)] = answer;
    answerBytes += answer.length;
  }

  private EncryptionContext context(FrameReader frame) {
    if (frame.contextLength() == 0) {
      return EncryptionContext.EMPTY;
    }
    if (!lastContext.isCanonical(frame.bytes(), frame.contextOffset(), frame.contextLength())) {
      lastContext =
          EncryptionContext.ofCanonical(
              frame.bytes(), frame.contextOffset(), frame.contextLength());
    }
    return lastContext;
  }

  private void addSingle(FrameReader frame, EncryptionContext context) {
    boolean opens = frame.type() == FrameType.DECRYPT;
    long answer =
        HEADER_LENGTH
            + (opens ? frame.bodyLength() : EnvelopeFormat.envelopeLength(frame.bodyLength()));
    requireFits(answer);
    int group = opens ? decryptGroup(frame) : namedGroup(frame);
    FrameGroup into = groups.get(group);
    int item = into.batch.size();
    into.batch.add(frame.bytes(), frame.bodyOffset(), frame.bodyLength(), context);
    into.requests++;
    next(frame.type(), frame.correlation(), frame.deadlineMs(), group, item);
    answerBytes += answer;
  }

  private void requireFits(long answer) {
    if (answer > frameBytesMax) {
      throw new ProblemException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "the answer would be longer than " + frameBytesMax + " bytes; use a stream, or less");
    }
  }

  private int decryptGroup(FrameReader frame) {
    int group = dataKeys.find(run, frame.bytes(), frame.bodyOffset(), frame.bodyLength());
    if (group < 0) {
      group = newGroup(frame, null);
      dataKeys.put(run, group);
    }
    return group;
  }

  private int namedGroup(FrameReader frame) {
    int kind = frame.type() == FrameType.ENCRYPT ? ENCRYPTS : REENCRYPTS;
    KeyNames.Entry entry = names.find(frame.bytes(), frame.keyOffset(), frame.keyLength());
    int group = entry.group(run, kind);
    if (group < 0) {
      group = newGroup(frame, keyName(frame, entry));
      entry.group(run, kind, group);
    }
    return group;
  }

  private int newGroup(FrameReader frame, String key) {
    groups.add(
        new FrameGroup(
            frame.type(),
            key,
            FrameActions.of(frame.type()),
            path.newBatch(),
            frame.correlation()));
    return groups.size() - 1;
  }

  /** The key that a frame is for; a re-encryption without one keeps each envelope's own. */
  private String keyName(FrameReader frame, KeyNames.Entry entry) {
    boolean keepsKey =
        frame.type() == FrameType.REENCRYPT || frame.type() == FrameType.REENCRYPT_BATCH;
    if (frame.keyLength() > 0) {
      if (defaultKey != null && !defaultKey.equals(entry.text())) {
        throw new ProblemException(
            ErrorCode.INVALID_REQUEST, "a frame names another key than the path");
      }
      return entry.text();
    }
    if (defaultKey == null && !keepsKey) {
      throw new ProblemException(ErrorCode.INVALID_REQUEST, "name a key, by its id or its alias");
    }
    return defaultKey;
  }

  private void addBatch(FrameReader frame, EncryptionContext context) {
    int count = items.begin(frame.bytes(), frame.bodyOffset(), frame.bodyLength());
    if (count < 1) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST,
          "a batch is a count of 1 to "
              + FrameFormat.BATCH_ITEMS_MAX
              + ", then each item's length and bytes");
    }
    boolean opens = frame.type() == FrameType.DECRYPT_BATCH;
    long answer = HEADER_LENGTH + BATCH_HEAD_LENGTH + (long) count * ANSWER_ITEM_HEAD_LENGTH;
    while (items.next()) {
      answer += opens ? items.length() : EnvelopeFormat.envelopeLength(items.length());
    }
    requireFits(answer);
    String key =
        opens
            ? null
            : keyName(frame, names.find(frame.bytes(), frame.keyOffset(), frame.keyLength()));
    int group = newGroup(frame, key);
    FrameGroup into = groups.get(group);
    items.begin(frame.bytes(), frame.bodyOffset(), frame.bodyLength());
    while (items.next()) {
      into.batch.add(frame.bytes(), items.offset(), items.length(), context);
    }
    into.requests = 1;
    next(frame.type(), frame.correlation(), frame.deadlineMs(), group, 0);
    answerBytes += answer;
  }

  private void addDataKey(FrameReader frame, EncryptionContext context) {
    Caller who = caller.of(frame.correlation());
    FrameGroup group;
    if (frame.type() == FrameType.GENERATE_DATA_KEY) {
      String key = keyName(frame, names.find(frame.bytes(), frame.keyOffset(), frame.keyLength()));
      if (frame.bodyLength() > 0) {
        throw new ProblemException(
            ErrorCode.INVALID_REQUEST, "a request for a data key has no body but the key's name");
      }
      group =
          new FrameGroup(
              frame.type(), key, FrameActions.of(frame.type()), null, frame.correlation());
      group.future(path.generateDataKey(who, key, context));
    } else {
      group =
          new FrameGroup(
              frame.type(), null, FrameActions.of(frame.type()), null, frame.correlation());
      byte[] wrapped =
          Arrays.copyOfRange(
              frame.bytes(), frame.bodyOffset(), frame.bodyOffset() + frame.bodyLength());
      group.future(path.unwrapDataKey(who, wrapped, context));
    }
    group.requests = 1;
    groups.add(group);
    next(
        frame.type(),
        frame.correlation(),
        frame.deadlineMs(),
        groups.size() - 1,
        frame.flags() & FrameFormat.FLAG_WITHOUT_PLAINTEXT);
    answerBytes += HEADER_LENGTH + 256;
  }

  /** Refuses a request, which is written down with others of its kind. */
  void refuse(FrameReader frame, ErrorCode code, String detail) {
    refuse(frame, new ProblemException(code, detail), 0);
  }

  /** The same; it may be tried again after {@code retryMs}, when it may. */
  void refuse(FrameReader frame, ProblemException problem, int retryMs) {
    String action = FrameActions.of(frame.type());
    FrameGroup last = groups.isEmpty() ? null : groups.getLast();
    boolean joins =
        last != null
            && last.type == FrameGroup.REFUSAL
            && last.action.equals(action)
            && last.problem.detail().equals(problem.detail());
    if (!joins) {
      last = new FrameGroup(FrameGroup.REFUSAL, null, action, null, frame.correlation());
      last.problem = problem;
      last.retryMs = retryMs == 0 ? ErrorBody.RETRY_MS : retryMs;
      groups.add(last);
    }
    last.requests++;
    next(frame.type(), frame.correlation(), 0, groups.size() - 1, 0);
    answerBytes += HEADER_LENGTH + Integer.BYTES + problem.detail().length();
  }

  private int next(int type, int correlation, long deadlineMs, int group, int item) {
    if (size == types.length) {
      grow();
    }
    types[size] = type;
    correlations[size] = correlation;
    deadlinesMs[size] = deadlineMs;
    groupOf[size] = group;
    itemOf[size] = item;
    return size++;
  }

  private void grow() {
    int capacity = 2 * size;
    types = Arrays.copyOf(types, capacity);
    correlations = Arrays.copyOf(correlations, capacity);
    deadlinesMs = Arrays.copyOf(deadlinesMs, capacity);
    groupOf = Arrays.copyOf(groupOf, capacity);
    itemOf = Arrays.copyOf(itemOf, capacity);
    ready = Arrays.copyOf(ready, capacity);
  }

  /** Executes all groups; what is at hand is done when this returns. */
  void execute() {
    for (int i = 0; i < groups.size(); i++) {
      FrameGroup group = groups.get(i);
      if (group.future() == null) {
        group.future(begin(group, caller.of(group.correlation)));
      }
      if (group.future().isDone()) {
        group.settle();
      } else if (group.batch != null) {
        group.batch.detachInputs();
      }
    }
  }

  private CompletableFuture<?> begin(FrameGroup group, Caller who) {
    return switch (group.type) {
      case FrameType.ENCRYPT, FrameType.ENCRYPT_BATCH -> path.encrypt(who, group.key, group.batch);
      case FrameType.DECRYPT, FrameType.DECRYPT_BATCH -> path.decrypt(who, group.batch);
      case FrameType.REENCRYPT, FrameType.REENCRYPT_BATCH ->
          path.reencrypt(who, group.key, group.batch);
      default -> path.refuse(who, group.action, null, group.problem, group.requests);
    };
  }

  /** Whether every group is done and settled. */
  boolean isDone() {
    for (int i = 0; i < groups.size(); i++) {
      if (!groups.get(i).isDone()) {
        return false;
      }
    }
    return true;
  }

  /** Completes when every group is done, however it ended; then {@link #settle}, on the loop. */
  CompletableFuture<Void> whenDone() {
    return CompletableFuture.allOf(
            groups.stream().map(FrameGroup::future).toArray(CompletableFuture[]::new))
        .exceptionally(failure -> null);
  }

  /** Takes what came of all groups. */
  void settle() {
    for (FrameGroup group : groups) {
      if (!group.isDone()) {
        group.settle();
      }
    }
  }

  /** Writes the answers of what is done, and gives back what that held. */
  void write(ByteBuf out) {
    for (int i = 0; i < size; i++) {
      if (groupOf[i] == READY) {
        out.writeBytes(ready[i]);
      } else {
        FrameGroup group = groups.get(groupOf[i]);
        if (group.isDone()) {
          answers.write(out, group, types[i], correlations[i], itemOf[i]);
        }
      }
    }
    for (int i = 0; i < groups.size(); i++) {
      FrameGroup group = groups.get(i);
      if (group.isDone()) {
        answers.count(group);
        group.release();
      }
    }
  }

  /** Whether an answer holds a data key, so that its bytes are to be overwritten once sent. */
  boolean holdsSecret() {
    for (int i = 0; i < groups.size(); i++) {
      if (groups.get(i).dataKey() != null) {
        return true;
      }
    }
    return false;
  }

  /** What is not done. */
  List<PendingGroup> pending(long nowNs) {
    List<PendingGroup> pending = null;
    for (int g = 0; g < groups.size(); g++) {
      FrameGroup group = groups.get(g);
      if (!group.isDone()) {
        pending = pending == null ? new ArrayList<>() : pending;
        pending.add(detach(group, g, nowNs));
      }
    }
    return pending == null ? List.of() : pending;
  }

  private PendingGroup detach(FrameGroup group, int index, long nowNs) {
    PendingGroup pending = new PendingGroup(group);
    for (int i = 0; i < size; i++) {
      if (groupOf[i] == index) {
        long deadlineNs = deadlinesMs[i] == 0 ? 0 : nowNs + deadlinesMs[i] * 1_000_000;
        pending.add(types[i], correlations[i], itemOf[i], deadlineNs);
      }
    }
    return pending;
  }
}
