/**
 * The client of the frame protocol: {@link dev.cofre.client.frames.FrameClient} (async), {@link
 * dev.cofre.client.frames.BlockingFrameClient} and {@link dev.cofre.client.frames.VertxFrameClient}
 * over pooled, pipelined connections to any number of data plane nodes.
 */
package dev.cofre.client.frames;
