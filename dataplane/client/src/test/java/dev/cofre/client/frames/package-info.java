/** Tests of the frame client against nodes that behave as they are told to. */
package dev.cofre.client.frames;
