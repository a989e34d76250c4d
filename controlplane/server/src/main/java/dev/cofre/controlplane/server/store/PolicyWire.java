package dev.cofre.controlplane.server.store;

import com.google.protobuf.ByteString;
import dev.cofre.contract.snapshot.wire.ContextCondition;
import dev.cofre.contract.snapshot.wire.Effect;
import dev.cofre.contract.snapshot.wire.Policy;
import dev.cofre.contract.snapshot.wire.PolicyStatement;
import dev.cofre.contract.snapshot.wire.SourceNetwork;
import dev.cofre.controlplane.domain.KeyUse;
import dev.cofre.controlplane.domain.PolicyConditions;
import java.time.Instant;
import java.util.UUID;

/** Policies as they stand in snapshots. Stateless. */
public final class PolicyWire {
  private PolicyWire() {}

  /** {@code policy}, whose keys stand by their ids, as data planes compile it. */
  public static Policy of(dev.cofre.controlplane.domain.Policy policy) {
    return Policy.newBuilder()
        .setId(policy.id().toString())
        .setTenant(policy.tenant())
        .setName(policy.name())
        .setNotAfterMs(millis(policy.document().notAfter()))
        .addAllStatements(policy.document().statements().stream().map(PolicyWire::of).toList())
        .build();
  }

  private static PolicyStatement of(dev.cofre.controlplane.domain.PolicyStatement statement) {
    PolicyStatement.Builder wire =
        PolicyStatement.newBuilder()
            .setSid(statement.sid())
            .setEffect(
                switch (statement.effect()) {
                  case ALLOW -> Effect.EFFECT_ALLOW;
                  case DENY -> Effect.EFFECT_DENY;
                })
            .addAllPrincipals(statement.principals())
            .setAnyPrincipal(statement.anyPrincipal())
            .addAllActions(statement.actions().stream().map(KeyUse::wireName).sorted().toList())
            .putAllTags(statement.tags())
            .setNotBeforeMs(millis(statement.notBefore()))
            .setNotAfterMs(millis(statement.notAfter()));
    for (String key : statement.keys()) {
      if (dev.cofre.controlplane.domain.PolicyStatement.isPattern(key)) {
        wire.addAliasPrefixes(key.substring(0, key.length() - 1));
      } else {
        wire.addKeys(WireForm.bytes(UUID.fromString(key)));
      }
    }
    if (statement.environment() != null) {
      wire.setEnvironment(statement.environment().wireName());
    }
    if (statement.fromEnvironment() != null) {
      wire.setFromEnvironment(statement.fromEnvironment().wireName());
    }
    if (!statement.conditions().equals(PolicyConditions.NONE)) {
      wire.setConditions(of(statement.conditions()));
    }
    return wire.build();
  }

  private static dev.cofre.contract.snapshot.wire.PolicyConditions of(PolicyConditions conditions) {
    int weekdays = 0;
    for (String day : conditions.weekdays()) {
      weekdays |= 1 << PolicyConditions.WEEKDAYS.indexOf(day);
    }
    return dev.cofre.contract.snapshot.wire.PolicyConditions.newBuilder()
        .addAllContext(
            conditions.context().stream()
                .map(
                    pair ->
                        ContextCondition.newBuilder()
                            .setKey(pair.key())
                            .addAllValues(pair.values())
                            .setPresent(pair.present())
                            .build())
                .toList())
        .addAllNetworks(
            conditions.sourceNetworks().stream()
                .map(
                    network ->
                        SourceNetwork.newBuilder()
                            .setAddress(ByteString.copyFrom(network.address()))
                            .setPrefixLength(network.prefixLength())
                            .build())
                .toList())
        .setWeekdays(weekdays)
        .setFromMinute(conditions.fromMinute())
        .setToMinute(conditions.toMinute())
        .setAuthentication(conditions.authentication())
        .setPerSecond(conditions.perSecond())
        .setPerDay(conditions.perDay())
        .build();
  }

  private static long millis(Instant time) {
    return time == null ? 0 : time.toEpochMilli();
  }
}
