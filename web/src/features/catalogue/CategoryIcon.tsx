import {
  IconApps,
  IconAtom2,
  IconBook2,
  IconBriefcase,
  IconCode,
  IconDeviceGamepad2,
  IconMusic,
  IconPalette,
  IconPuzzle,
  IconSettings,
  IconTool,
  IconVideo,
  IconWorld,
  type Icon,
} from '@tabler/icons-react';

/** Words of a category's slug that tell its picture; the first that fits. */
const icons: [RegExp, Icon][] = [
  [/add-?on|plug-?in/, IconPuzzle],
  [/game/, IconDeviceGamepad2],
  [/graphic|photo|design/, IconPalette],
  [/video|media/, IconVideo],
  [/sound|audio|music/, IconMusic],
  [/office|business/, IconBriefcase],
  [/education|learn/, IconBook2],
  [/science|math/, IconAtom2],
  [/develop|code/, IconCode],
  [/network|internet|web/, IconWorld],
  [/util|tool/, IconTool],
  [/system|setting/, IconSettings],
];

export function CategoryIcon({ slug }: { slug: string }) {
  const Found = icons.find(([words]) => words.test(slug))?.[1] ?? IconApps;
  return <Found size={24} stroke={1.6} aria-hidden />;
}
