/**
 * The Java client of the data plane: {@link dev.cofre.client.CofreClient} (async) and {@link
 * dev.cofre.client.BlockingCofreClient}.
 */
package dev.cofre.client;
