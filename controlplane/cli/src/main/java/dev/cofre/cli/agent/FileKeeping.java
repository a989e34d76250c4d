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
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Writes the files, each when what it is made from has changed. What cannot be written stays as it
 * was and is tried again. Not thread-safe.
 */
final class FileKeeping {
  private final AgentFolder folder;
  private final Consumer<String> say;
  private final Map<KeptFile, State> states = new LinkedHashMap<>();

  /** The paths that this agent, or the one before, has written: others are not its to remove. */
  private final Set<String> own = new TreeSet<>();

  /** How one file is. */
  private static final class State {
    boolean stale = true;
    boolean written;

    /** Whether its change was told since it became stale. */
    boolean told;

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

  /** The paths of what was written; it may be removed. */
  Set<String> own() {
    return Set.copyOf(own);
  }

  /** The agent before has written {@code path}. */
  void inherit(String path) {
    own.add(path);
  }

  /** Whether all files stand there, made from what is held now. */
  boolean areCurrent() {
    return states.values().stream().allMatch(state -> state.written && !state.stale);
  }

  /** Whether any is not as it should be. */
  boolean areStale() {
    return states.values().stream().anyMatch(state -> state.stale);
  }

  /**
   * Writes those that are stale; {@code change} is told of files that were there otherwise: before
   * the first try, and again when a later one succeeded.
   *
   * @return whether {@link #own} is another than before
   */
  boolean write(Values values, Change change) {
    int before = own.size();
    states.forEach(
        (file, state) -> {
          if (state.stale) {
            String trouble = write(file, state, values, change);
            if (trouble.isEmpty()) {
              state.stale = false;
              state.told = false;
              state.written = true;
              own.add(file.path());
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
    return own.size() != before;
  }

  private String write(KeptFile file, State state, Values values, Change change) {
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
      boolean late = state.told;
      if (!late && folder.has(file.path())) {
        state.told = true;
        change.ahead(file);
      }
      folder.write(file.path(), content, file.access());
      if (late) {
        // What was told before the first try has perhaps been done already.
        change.ahead(file);
      }
      return "";
    } catch (IOException e) {
      return e.toString();
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  /** Removes all that was written; tells what is left. */
  void remove() {
    for (String path : own()) {
      remove(path);
    }
  }

  /** Removes what was written and is kept no more. */
  void removeOthers() {
    Set<String> others = new TreeSet<>(own);
    states.keySet().forEach(file -> others.remove(file.path()));
    for (String path : others) {
      if (remove(path)) {
        say.accept(path + " is kept no more and was removed");
      }
    }
  }

  private boolean remove(String path) {
    try {
      folder.remove(path);
      own.remove(path);
      return true;
    } catch (IOException e) {
      say.accept(path + " may be left: " + e.getMessage());
      return false;
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
