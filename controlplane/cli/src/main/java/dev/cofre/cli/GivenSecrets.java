package dev.cofre.cli;

import dev.cofre.cli.run.SecretFolder;
import dev.cofre.cli.run.SecretMap;
import dev.cofre.cli.run.SecretMap.Entry;
import dev.cofre.cli.run.SecretValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The secrets that a command has been given. Thread-safe. */
final class GivenSecrets {
  /** With what is in its group, once that was read. */
  private volatile SecretMap map;

  private final SecretReader reader;
  private final Map<String, SecretValue> values = new HashMap<>();
  private SecretFolder folder;

  GivenSecrets(SecretMap map, SecretReader reader) {
    this.map = map;
    this.reader = reader;
  }

  /**
   * Reads all that the map names.
   *
   * @throws CliException when one of them is not read, or cannot be given as the map says
   */
  void readFirst() {
    Map<String, String> refusals = new LinkedHashMap<>();
    if (!map.entries().isEmpty()) {
      take(reader.read(map.names(), map.resolve()), refusals);
    }
    if (map.group() != null) {
      SecretReader.Answer answer = reader.readGroup(map.group(), map.resolve());
      take(answer, refusals);
      map =
          map.withGroup(answer.values().keySet())
              .orElseThrow(
                  () ->
                      new CliException(
                          ExitCodes.FAILED,
                          "the command was not started: with the group "
                              + map.group()
                              + " these are more than "
                              + SecretMap.SECRETS_MAX
                              + " secrets, or one of its files is another secret's"));
    }
    if (!refusals.isEmpty()) {
      throw new CliException(
          ExitCodes.FAILED, "the command was not started: " + String.join("; ", refusals.values()));
    }
    variables();
  }

  private synchronized void take(SecretReader.Answer answer, Map<String, String> refusals) {
    refusals.putAll(answer.refusals());
    answer
        .values()
        .forEach(
            (name, value) -> {
              SecretValue before = values.put(name, value);
              if (before != null) {
                before.wipe();
              }
            });
  }

  /** Writes the files, now and from now on with each change, into {@code into}. */
  synchronized void writeTo(SecretFolder into) throws IOException {
    folder = into;
    for (Entry entry : map.entries()) {
      write(entry, values.get(entry.name()));
    }
  }

  private void write(Entry entry, SecretValue value) throws IOException {
    if (entry.file() != null && folder != null) {
      byte[] bytes = value.bytes(entry.trim());
      try {
        folder.write(entry.file(), bytes);
      } finally {
        Arrays.fill(bytes, (byte) 0);
      }
    }
  }

  /** The variables of the environment: values, and the paths of files. */
  synchronized Map<String, String> variables() {
    Map<String, String> variables = new HashMap<>();
    if (folder != null) {
      variables.put("COFRE_SECRETS_DIR", folder.path().toString());
    }
    for (Entry entry : map.entries()) {
      if (entry.variable() != null) {
        variables.put(entry.variable(), text(entry));
      }
      if (entry.fileVariable() != null && folder != null) {
        variables.put(entry.fileVariable(), folder.path().resolve(entry.file()).toString());
      }
    }
    return variables;
  }

  private String text(Entry entry) {
    return values
        .get(entry.name())
        .text(entry.trim())
        .orElseThrow(
            () ->
                new CliException(
                    ExitCodes.FAILED,
                    "the value of "
                        + entry.name()
                        + " cannot be the variable "
                        + entry.variable()
                        + ": it holds a zero byte, is not UTF-8, or has characters that this locale"
                        + " (LC_ALL) does not write; give it as a file"));
  }

  /**
   * What another reading brought.
   *
   * @param changed the secrets that have another version now
   * @param refusals a line for each secret that was not read, or whose files cannot be written; it
   *     counts as unchanged, so that it is tried again
   */
  record Renewal(List<String> changed, List<String> refusals) {}

  /** Reads all again; files of what has another version are written anew. */
  Renewal renew() {
    SecretReader.Answer answer = reader.read(map.names(), map.resolve());
    List<String> refusals = new ArrayList<>(answer.refusals().values());
    List<String> changed = new ArrayList<>();
    synchronized (this) {
      for (SecretValue value : answer.values().values()) {
        SecretValue before = values.get(value.name());
        // A template's text changes with what it refers to, its version does not.
        if (before.version() == value.version() && before.hasBytesOf(value)) {
          value.wipe();
        } else if (!fits(value)) {
          refusals.add(value.name() + ": its new value cannot be a variable of the environment");
          value.wipe();
        } else {
          take(value, changed, refusals);
        }
      }
    }
    return new Renewal(changed, refusals);
  }

  /** It counts as given when its files are written, not before. */
  private void take(SecretValue value, List<String> changed, List<String> refusals) {
    try {
      for (Entry entry : map.entries()) {
        if (entry.name().equals(value.name())) {
          write(entry, value);
        }
      }
    } catch (IOException e) {
      refusals.add(value.name() + ": its new value cannot be written: " + e.getMessage());
      value.wipe();
      return;
    }
    values.put(value.name(), value).wipe();
    changed.add(value.name() + " " + value.version());
  }

  private boolean fits(SecretValue value) {
    return map.entries().stream()
        .filter(entry -> entry.name().equals(value.name()) && entry.variable() != null)
        .allMatch(entry -> value.text(entry.trim()).isPresent());
  }

  /** Overwrites the values; what they were copied to is not reached. */
  synchronized void wipe() {
    values.values().forEach(SecretValue::wipe);
  }
}
