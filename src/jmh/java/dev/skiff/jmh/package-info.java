/**
 * What the parts cost, by JMH: {@code scripts/jmh}. Each figure stands beside one to compare it
 * with, since the machine's own speed means nothing.
 */
package dev.skiff.jmh;
