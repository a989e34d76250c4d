package dev.cofre.engine.request;

import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.snapshot.KeyMetadata;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The second half of a re-encryption: what was opened is sealed again, in one batch for each source
 * key. Not thread-safe; used on its event loop.
 */
final class Reencryption {
  private final RequestPath path;
  private final Caller caller;
  private final String target;
  private final Batch opened;
  private final Map<KeyMetadata, Part> parts = new LinkedHashMap<>();

  /** The items of one source key. */
  private static final class Part {
    private final Batch batch;
    private final List<Integer> items = new ArrayList<>();
    private ProblemException problem;

    Part(Batch batch) {
      this.batch = batch;
    }
  }

  Reencryption(RequestPath path, Caller caller, String target, Batch opened) {
    this.path = path;
    this.caller = caller;
    this.target = target;
    this.opened = opened;
  }

  /** The envelopes, in the order of what was opened; what could not be opened keeps its problem. */
  CompletableFuture<Batch> run() {
    for (int i = 0; i < opened.size(); i++) {
      if (opened.problem(i) == null) {
        Part part = parts.computeIfAbsent(opened.key(i), key -> new Part(path.newBatch()));
        part.batch.add(
            opened.output(), opened.outputOffset(i), opened.outputLength(i), opened.context(i));
        part.items.add(i);
      }
    }
    List<CompletableFuture<Void>> sealing = new ArrayList<>(parts.size());
    parts.forEach((source, part) -> sealing.add(seal(source, part)));
    return CompletableFuture.allOf(sealing.toArray(CompletableFuture[]::new))
        .thenApply(done -> collect());
  }

  private CompletableFuture<Void> seal(KeyMetadata source, Part part) {
    String name = target == null ? source.id().toString() : target;
    return path.encryptAgain(caller, name, source, part.batch)
        .exceptionally(
            failure -> {
              part.problem = Problems.of(failure);
              return null;
            });
  }

  private Batch collect() {
    Batch result = path.newBatch();
    long bytes = 0;
    for (int i = 0; i < opened.size(); i++) {
      result.add(opened.output(), opened.outputOffset(i), 0, opened.context(i));
      if (opened.problem(i) != null) {
        result.fail(i, opened.problem(i));
      }
    }
    for (Part part : parts.values()) {
      bytes += part.batch.outputEnd();
    }
    result.reserve(bytes);
    for (Part part : parts.values()) {
      for (int i = 0; i < part.items.size(); i++) {
        if (part.problem == null) {
          result.copyFrom(part.batch, i, part.items.get(i));
        } else {
          result.fail(part.items.get(i), part.problem);
        }
      }
      part.batch.close();
    }
    return result;
  }
}
