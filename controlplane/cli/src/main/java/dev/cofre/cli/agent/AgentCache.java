package dev.cofre.cli.agent;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What an agent leaves to the next one: values, leases, the files that it has written, and the
 * actions that it has still to do. It stands in memory (tmpfs) alone, in the folder of the files
 * that hold the same values. Not thread-safe.
 */
final class AgentCache {
  private static final int VERSION = 1;

  private final AgentConfig config;
  private final AgentFolder folder;
  private final Consumer<String> say;

  AgentCache(AgentConfig config, AgentFolder folder, Consumer<String> say) {
    this.config = config;
    this.folder = folder;
    this.say = say;
  }

  /**
   * Gives {@code keepers} what the agent before has left for the same sources; removes the files
   * that are kept no more.
   */
  void restore(List<Keeper> keepers, Actions actions) throws IOException {
    Optional<byte[]> bytes = folder.cache();
    if (bytes.isEmpty()) {
      return;
    }
    try {
      JsonObject saved = new JsonObject(Buffer.buffer(bytes.get()));
      if (saved.getInteger("version") == VERSION) {
        take(saved, keepers, actions);
        removeOthers(saved.getJsonArray("files"));
      }
    } catch (RuntimeException e) {
      // Whatever another hand has put there: nothing of it is needed.
      say.accept("what the agent before has left cannot be read, and is not used");
    } finally {
      Arrays.fill(bytes.get(), (byte) 0);
    }
  }

  private void take(JsonObject saved, List<Keeper> keepers, Actions actions) {
    JsonObject sources = saved.getJsonObject("sources");
    for (Keeper keeper : keepers) {
      for (String name : keeper.sources()) {
        JsonObject source = sources.getJsonObject(name);
        if (source != null
            && source.getJsonObject("definition").equals(config.source(name).definition())) {
          keeper.restore(name, source.getJsonObject("state"));
        }
      }
    }
    actions.restore(saved.getJsonArray("pending").stream().map(String.class::cast).toList());
  }

  private void removeOthers(JsonArray files) throws IOException {
    List<String> kept = config.files().stream().map(KeptFile::path).toList();
    for (Object file : files) {
      String path = (String) file;
      // Only what the shape of a path permits, whatever another hand has put there.
      if (!kept.contains(path)
          && path.matches("[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")) {
        folder.remove(path);
        say.accept(path + " is kept no more and was removed");
      }
    }
  }

  /** Keeps all for the next agent. */
  void save(List<Keeper> keepers, Actions actions) throws IOException {
    JsonObject sources = new JsonObject();
    for (Keeper keeper : keepers) {
      for (String name : keeper.sources()) {
        JsonObject state = keeper.save(name);
        if (state != null) {
          sources.put(
              name,
              new JsonObject()
                  .put("definition", config.source(name).definition())
                  .put("state", state));
        }
      }
    }
    byte[] bytes =
        new JsonObject()
            .put("version", VERSION)
            .put("sources", sources)
            .put("files", new JsonArray(config.files().stream().map(KeptFile::path).toList()))
            .put("pending", new JsonArray(actions.pending()))
            .toBuffer()
            .getBytes();
    try {
      folder.cache(bytes);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }
}
