package dev.cofre.cli.migrate;

import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.Place;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The secrets that the files of one import hold. Not thread-safe. */
public final class Sources {
  /** The largest file. */
  public static final int FILE_BYTES_MAX = 4 << 20;

  /** The most bytes of all files. */
  public static final int BYTES_MAX = 16 << 20;

  /** The most files. */
  public static final int FILES_MAX = 1_000;

  /** The most secrets. */
  public static final int SECRETS_MAX = 10_000;

  /** The most versions of a secret. */
  public static final int VERSIONS_MAX = 100;

  /** The longest value that Cofre keeps. */
  public static final int VALUE_BYTES_MAX = 65_536;

  private static final int FROM_MAX = 512;
  private static final int NOTES_MAX = 200;

  private final FileErrors errors;
  private final Map<String, SourceSecret> secrets = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();
  private final VaultNames vaultNames = new VaultNames();

  /** What is wrong goes to {@code errors}. */
  public Sources(FileErrors errors) {
    this.errors = errors;
  }

  FileErrors errors() {
    return errors;
  }

  /** Which file gave which name of Vault's. */
  VaultNames vaultNames() {
    return vaultNames;
  }

  /** Takes a secret that has one value; it stands in {@code field} of its file. */
  void add(String from, Place place, String field, byte[] value) {
    add(from, place, field, new JsonObject(), 1, value);
  }

  /**
   * Takes version {@code number} of a secret.
   *
   * @param said what the source says of it beside its values
   */
  void add(String from, Place place, String field, JsonObject said, int number, byte[] value) {
    SourceValue taken = new SourceValue(place, value);
    if (!secrets.containsKey(from) && secrets.size() >= SECRETS_MAX) {
      taken.wipe();
      errors.add(place, field, "there are more than " + SECRETS_MAX + " secrets in the files");
      return;
    }
    if (from.length() > FROM_MAX) {
      taken.wipe();
      errors.add(place, "", "a secret's name there is longer than " + FROM_MAX + " characters");
      return;
    }
    SourceSecret secret =
        secrets.computeIfAbsent(from, name -> new SourceSecret(name, place, said));
    SourceValue before = secret.put(number, taken);
    if (before != null) {
      taken.wipe();
      errors.add(place, field, "is there twice, first at " + before.place());
    } else if (secret.values().size() > VERSIONS_MAX) {
      errors.add(place, field, "has more than " + VERSIONS_MAX + " versions");
    }
  }

  /** Notes what is worth knowing and not wrong. */
  void note(Place place, String field, String message) {
    if (notes.size() < NOTES_MAX) {
      notes.add(place + ": " + (field.isEmpty() ? "" : field + ": ") + message);
    }
  }

  /** What is worth knowing, a line each. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /** All, in the order of the files. */
  public Collection<SourceSecret> secrets() {
    return List.copyOf(secrets.values());
  }

  /** Overwrites all values. */
  public void wipe() {
    secrets.values().forEach(SourceSecret::wipe);
  }
}
