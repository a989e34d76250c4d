package dev.cofre.cli.agent;

import dev.cofre.cli.template.Template.Values;
import dev.cofre.cli.template.UnfitValueException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Writes the files, each when what it is made from has changed. What cannot be written stays as it
 * was and is tried again. Not thread-safe.
 */
final class FileKeeping {
  private final AgentFolder folder;
  private final Consumer<String> say;
  private final Map<KeptFile, State> states = new LinkedHashMap<>();

  /** How one file is. */
  private static final class State {
    boolean stale = true;
    boolean written;
    String trouble = "";
  }

  /** Is told of a change before it is made. */
  @FunctionalInterface
  interface Change {
    void ahead(KeptFile file) throws IOException;
  }

  FileKeeping(List<KeptFile> files, AgentFolder folder, Consumer<String> say) {
    this.folder = folder;
    this.say = say;
    files.forEach(file -> states.put(file, new State()));
  }

  /** The values of {@code sources} are others. */
  void changed(Set<String> sources) {
    states.forEach(
        (file, state) -> state.stale |= file.sources().stream().anyMatch(sources::contains));
  }

  /** Whether all files stand there as they should. */
  boolean areWritten() {
    return states.values().stream().allMatch(state -> state.written);
  }

  /** Whether any is not as it should be. */
  boolean areStale() {
    return states.values().stream().anyMatch(state -> state.stale);
  }

  /** Writes those that are stale; {@code change} is told of files that were there otherwise. */
  void write(Values values, Change change) {
    states.forEach(
        (file, state) -> {
          if (state.stale) {
            String trouble = write(file, values, change);
            if (trouble.isEmpty()) {
              state.stale = false;
              state.written = true;
            }
            if (!trouble.equals(state.trouble)) {
              say.accept(
                  trouble.isEmpty()
                      ? file.path() + " is written"
                      : file.path() + " is not written: " + trouble);
              state.trouble = trouble;
            }
          }
        });
  }

  private String write(KeptFile file, Values values, Change change) {
    byte[] content;
    try {
      content = file.render(values);
    } catch (UnfitValueException e) {
      return e.getMessage();
    }
    try {
      if (folder.has(file.path(), content)) {
        folder.give(file.path(), file.access());
        return "";
      }
      if (folder.has(file.path())) {
        change.ahead(file);
      }
      folder.write(file.path(), content, file.access());
      return "";
    } catch (IOException e) {
      return e.toString();
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  /** Removes all of them; tells what is left. */
  void remove() {
    for (KeptFile file : states.keySet()) {
      try {
        folder.remove(file.path());
      } catch (IOException e) {
        say.accept(file.path() + " may be left: " + e.getMessage());
      }
    }
  }

  /** How they are. */
  JsonArray status() {
    JsonArray all = new JsonArray();
    states.forEach(
        (file, state) -> {
          JsonObject status =
              new JsonObject()
                  .put("path", file.path())
                  .put("written", state.written)
                  .put("current", !state.stale);
          all.add(state.trouble.isEmpty() ? status : status.put("trouble", state.trouble));
        });
    return all;
  }
}
