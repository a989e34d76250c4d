package dev.cofre.controlplane.server.vault;

import dev.cofre.controlplane.domain.SecretReference;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * A sealed value with those that it refers to, if it is a template. A value that is referred to
 * twice stands in it as the same object. Immutable; it holds nothing secret.
 */
public final class SecretTree {
  private final SealedSecret sealed;
  private final Map<SecretReference, SecretTree> references;
  private final int height;

  SecretTree(SealedSecret sealed, Map<SecretReference, SecretTree> references) {
    this.sealed = sealed;
    this.references = Collections.unmodifiableMap(new LinkedHashMap<>(references));
    this.height = 1 + references.values().stream().mapToInt(to -> to.height).max().orElse(-1);
  }

  /** The value itself. */
  public SealedSecret sealed() {
    return sealed;
  }

  /** What it refers to; nothing when it is no template. */
  public Map<SecretReference, SecretTree> references() {
    return references;
  }

  /** How many references lead from it to the last value; 0 when it has none. */
  int height() {
    return height;
  }

  /** All that are in it, each once, itself last. */
  public Set<SecretTree> all() {
    Set<SecretTree> all = new LinkedHashSet<>();
    collect(all);
    return all;
  }

  private void collect(Set<SecretTree> all) {
    if (!all.contains(this)) {
      references.values().forEach(to -> to.collect(all));
      all.add(this);
    }
  }
}
