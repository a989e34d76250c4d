package dev.cofre.cli.agent;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * What an agent leaves to the next one: values, leases, the files that it has written, and the
 * actions that it has still to do. It stands in memory (tmpfs) alone, in the folder of the files
 * that hold the same values. Not thread-safe.
 */
final class AgentCache {
  private static final int VERSION = 2;
  private static final Pattern PATH =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*");

  private final AgentConfig config;
  private final AgentFolder folder;
  private final FileKeeping files;
  private final Consumer<String> say;

  /** A digest of who asks which control plane. */
  private final String holder;

  AgentCache(
      AgentConfig config,
      AgentFolder folder,
      String holder,
      FileKeeping files,
      Consumer<String> say) {
    this.config = config;
    this.folder = folder;
    this.files = files;
    this.say = say;
    this.holder = digest(holder);
  }

  private static String digest(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JVM has no SHA-256", e);
    }
  }

  /**
   * Gives {@code keepers} what the agent before has left for the same sources, control plane and
   * token; removes the files that it has written and that are kept no more.
   */
  void restore(List<Keeper> keepers, Actions actions) throws IOException {
    Optional<byte[]> bytes = folder.cache();
    if (bytes.isEmpty()) {
      return;
    }
    try {
      JsonObject saved = new JsonObject(Buffer.buffer(bytes.get()));
      if (saved.getInteger("version") == VERSION) {
        inherit(saved.getJsonArray("files"));
        if (saved.getString("holder").equals(holder)) {
          take(saved, keepers, actions);
        } else {
          say.accept("what the agent before has left is another one's, and is not used");
        }
        files.removeOthers();
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

  private void inherit(JsonArray paths) {
    for (Object each : paths) {
      // Only what the shape of a path permits, whatever another hand has put there.
      if (each instanceof String path && PATH.matcher(path).matches()) {
        files.inherit(path);
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
            .put("holder", holder)
            .put("files", new JsonArray(List.copyOf(files.own())))
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
