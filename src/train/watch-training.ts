import { type Clock, systemClock } from '../core/index.ts'
import type { Engine, LoadOptions, NodeTime, Program, ProgramProfile } from '../engine/index.ts'
import type { Graph } from '../graph/index.ts'
import type { Examples, TrainData, TrainTools } from './plan.ts'

/** What a training is doing. Of what happens at the same time, the first one in this order counts. */
export const activities = ['learning', 'judging', 'frozen', 'films'] as const

type Activity = (typeof activities)[number]

/** Where the time of a training went, in milliseconds. */
export interface TrainProfile {
  readonly steps: number
  readonly total: number
  /** They add up to the total. */
  readonly parts: {
    /** Forward and backward through the trained part. */
    readonly learning: number
    /** The optimizer. */
    readonly update: number
    readonly judging: number
    /** Waiting for the frozen part, which also works while the trained part learns. */
    readonly frozen: number
    /** Waiting for films that are decoded and changed, which also happens while all others work. */
    readonly films: number
    /** Everything else: loading graphs, keeping checkpoints. */
    readonly other: number
  }
  /** What frozen part and films took, waited for or not. */
  readonly busy: { readonly frozen: number; readonly films: number }
  /** The slowest of both parts' nodes first, those of the trained part in runs that learn. */
  readonly nodes: readonly (NodeTime & { readonly part: 'frozen' | 'trained' })[]
}

/** A training's data and tools, watched. */
export interface WatchedTraining {
  readonly data: TrainData
  readonly tools: TrainTools
  /** Once the training is over. */
  profile(): TrainProfile
}

/** Notes what a training does with its data and its engine. */
export function watchTraining(data: TrainData, tools: TrainTools): WatchedTraining {
  const timeline = timelineOf(tools.clock ?? systemClock)
  const programs: { readonly part: 'frozen' | 'trained'; readonly profile: ProgramProfile }[] = []
  let steps = 0
  const load = async (graph: Graph, options: LoadOptions = {}): Promise<Program> => {
    const part = options.update === undefined ? 'frozen' : 'trained'
    const program = await tools.engine.load(graph, { ...options, profile: true })
    return {
      ...program,
      run(inputs, run) {
        if (run?.rate !== undefined) steps++
        const activity = part === 'frozen' ? part : run?.rate === undefined ? 'judging' : 'learning'
        return timeline.during(activity, program.run(inputs, run))
      },
      async [Symbol.asyncDispose]() {
        try {
          programs.push({ part, profile: await program.profile() })
        } finally {
          await program[Symbol.asyncDispose]()
        }
      },
    }
  }
  const engine: Engine = { name: tools.engine.name, load }
  return {
    data: { ...data, training: watched(data.training, timeline), validation: watched(data.validation, timeline) },
    tools: { ...tools, engine },
    profile() {
      const { total, counted, busy } = timeline.read()
      const update = programs.reduce((sum, { profile }) => sum + profile.update, 0)
      const { learning, judging, frozen, films } = counted
      const other = total - learning - judging - frozen - films
      return {
        steps,
        total,
        parts: { learning: learning - update, update, judging, frozen, films, other },
        busy: { frozen: busy.frozen, films: busy.films },
        nodes: programs
          .flatMap(({ part, profile }) => profile.nodes.map(node => ({ part, ...node })))
          .sort((a, b) => b.milliseconds - a.milliseconds),
      }
    },
  }
}

function watched(examples: Examples, timeline: Timeline): Examples {
  const { pool } = examples
  return {
    ...examples,
    images: (indices, draw) => timeline.during('films', examples.images(indices, draw)),
    ...(examples.withChanges && {
      withChanges: (indices, draw) => timeline.during('films', examples.withChanges!(indices, draw)),
    }),
    ...(pool && { pool: { ...pool, images: wanted => timeline.during('films', pool.images(wanted)) } }),
  }
}

type Times = Record<Activity, number>

interface Timeline {
  during<T>(activity: Activity, work: Promise<T>): Promise<T>
  read(): { readonly total: number; readonly counted: Times; readonly busy: Times }
}

/** Each moment counts for the first activity that goes on then, and as busy for all of them. */
function timelineOf(clock: Clock): Timeline {
  const none = (): Times => ({ learning: 0, judging: 0, frozen: 0, films: 0 })
  const [counted, busy, running] = [none(), none(), none()]
  const started = clock.now()
  let last = started
  const advance = (): void => {
    const now = clock.now()
    const going = activities.filter(activity => running[activity] > 0)
    for (const activity of going) busy[activity] += now - last
    if (going[0] !== undefined) counted[going[0]] += now - last
    last = now
  }
  return {
    async during(activity, work) {
      advance()
      running[activity]++
      try {
        return await work
      } finally {
        advance()
        running[activity]--
      }
    },
    read() {
      advance()
      return { total: last - started, counted, busy }
    },
  }
}
