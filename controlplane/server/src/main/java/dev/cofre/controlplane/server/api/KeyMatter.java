package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What a change of a key is about, for those who approve it. Stateless. */
final class KeyMatter {
  private KeyMatter() {}

  /**
   * That {@code before} is described as {@code after} is. Policies select keys by tags, so other
   * tags are a change of who may use the key: only then is its environment touched.
   */
  static ApprovalMatter described(KmsKey before, KmsKey after) {
    boolean sameTags = before.draft().tags().equals(after.draft().tags());
    return new ApprovalMatter(
        before.id().toString(),
        before.stamp().revision(),
        sameTags ? Set.of() : Set.of(before.draft().environment()),
        Set.of(),
        Set.of(),
        Difference.between(Documents.key(before), Documents.key(after)));
  }

  /** That {@code before} becomes {@code after}. */
  static ApprovalMatter changed(KmsKey before, KmsKey after) {
    return matter(before, Difference.between(Documents.key(before), Documents.key(after)));
  }

  /** That it, or a version of it, is to be destroyed, and {@code ended} with it. */
  static ApprovalMatter destroyed(KmsKey before, KmsKey after, SealedValues.Ended ended) {
    List<String> lines = new ArrayList<>(ended.lines());
    lines.addAll(Difference.between(Documents.key(before), Documents.key(after)));
    return matter(before, lines);
  }

  private static ApprovalMatter matter(KmsKey key, List<String> lines) {
    return new ApprovalMatter(
        key.id().toString(),
        key.stamp().revision(),
        Set.of(key.draft().environment()),
        Set.of(),
        Set.of(),
        lines);
  }
}
