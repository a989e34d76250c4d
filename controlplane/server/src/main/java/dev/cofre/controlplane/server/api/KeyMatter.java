package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
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
    return new ApprovalMatter(
        before.id().toString(),
        before.stamp().revision(),
        Set.of(before.draft().environment()),
        Set.of(),
        Set.of(),
        Difference.between(Documents.key(before), Documents.key(after)));
  }
}
