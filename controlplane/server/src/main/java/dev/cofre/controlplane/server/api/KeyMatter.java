package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import java.util.Set;

/** What a change of a key is about, for those who approve it. Stateless. */
final class KeyMatter {
  private KeyMatter() {}

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
