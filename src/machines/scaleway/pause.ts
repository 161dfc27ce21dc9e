import type { Asking, ScalewayClient } from './client.ts'

/** Waits between two looks at something that takes its time: half a second, then longer, five seconds at most. */
export async function pauseBeforeLook(client: ScalewayClient, looks: number, { signal }: Asking): Promise<void> {
  await client.clock.sleep(Math.min(5_000, 500 * 1.5 ** looks), signal)
}
