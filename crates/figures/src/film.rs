//! A film: its cast, its shots, and what is true of each of its frames.

use crate::body::{Joints, paint};
use crate::canvas::Canvas;
use crate::dancer::Dancer;
use crate::stage;

/// How a shot begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// At once.
    Cut,
    /// The shot before goes to black and this one comes from it, in so many frames each.
    Fade(u32),
    /// This one shows through the one before, in so many frames.
    Dissolve(u32),
}

/// Where a camera looks: place at the start of the shot, way and zoom in each second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// Middle of the picture at the start, pixels of the stage.
    pub at: (f32, f32),
    /// Pixels of the stage a second.
    pub pan: (f32, f32),
    /// How much larger things are at the start.
    pub zoom: f32,
    /// By what the zoom is multiplied in a second.
    pub zoom_rate: f32,
}

impl Default for Camera {
    fn default() -> Self {
        Self { at: (0.0, 0.0), pan: (0.0, 0.0), zoom: 1.0, zoom_rate: 1.0 }
    }
}

/// A part of a film by one camera.
#[derive(Clone, Copy, Debug)]
pub struct Shot {
    /// Its first frame; that of the first shot is 0. Of a transition, the middle.
    pub from: u32,
    /// How it begins.
    pub entry: Entry,
    /// Which stage it shows.
    pub stage: u32,
    /// How it is filmed.
    pub camera: Camera,
}

/// A film.
#[derive(Clone, Debug)]
pub struct Film {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Frames a second.
    pub fps: u32,
    /// Who dances; the first are behind the later.
    pub cast: Vec<Dancer>,
    /// Times of the beats, seconds.
    pub beats: Vec<f64>,
    /// The shots in order; at least one.
    pub shots: Vec<Shot>,
}

/// What is true of somebody in a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    /// Index in the cast.
    pub dancer: usize,
    /// Places of the joints, pixels of the picture.
    pub joints: Joints,
    /// Length of the torso, pixels of the picture.
    pub torso: f32,
}

impl Film {
    /// One shot of a still camera, with even beats from the first second on.
    pub fn of((width, height): (usize, usize), fps: u32, bpm: f64, seconds: f64, cast: Vec<Dancer>) -> Self {
        let count = ((seconds + 2.0) * bpm / 60.0).ceil() as u32;
        let beats = (0..count).map(|i| f64::from(i) * 60.0 / bpm).collect();
        let shot = Shot { from: 0, entry: Entry::Cut, stage: 1, camera: Camera::default() };
        Self { width, height, fps, cast, beats, shots: vec![shot] }
    }

    /// The shot that a frame is of.
    fn shot(&self, frame: u32) -> (usize, &Shot) {
        let index = self.shots.iter().rposition(|shot| shot.from <= frame).unwrap_or(0);
        (index, &self.shots[index])
    }

    /// From the stage to the picture.
    fn view(&self, shot: &Shot, frame: u32) -> impl Fn((f32, f32)) -> (f32, f32) + use<> {
        let ((cx, cy), zoom) = self.aim(shot, frame);
        let (w, h) = (self.width as f32 / 2.0, self.height as f32 / 2.0);
        move |(x, y)| ((x - cx) * zoom + w, (y - cy) * zoom + h)
    }

    fn aim(&self, shot: &Shot, frame: u32) -> ((f32, f32), f32) {
        let time = (f64::from(frame) - f64::from(shot.from)) as f32 / self.fps as f32;
        let Camera { at, pan, zoom, zoom_rate } = shot.camera;
        ((at.0 + pan.0 * time, at.1 + pan.1 * time), zoom * zoom_rate.powf(time))
    }

    /// Who is where in a frame.
    pub fn truth(&self, frame: u32) -> Vec<Truth> {
        let (_, shot) = self.shot(frame);
        self.people(shot, frame)
    }

    fn people(&self, shot: &Shot, frame: u32) -> Vec<Truth> {
        let (view, zoom) = (self.view(shot, frame), self.aim(shot, frame).1);
        let time = frame as f32 / self.fps as f32;
        let one = |(dancer, d): (usize, &Dancer)| Truth {
            dancer,
            joints: d.joints(time, &self.beats).map(&view),
            torso: d.torso * zoom,
        };
        self.cast.iter().enumerate().map(one).collect()
    }

    /// A frame.
    pub fn frame(&self, frame: u32) -> Canvas {
        let (index, shot) = self.shot(frame);
        let mut canvas = self.plain(shot, frame);
        let next = self.shots.get(index + 1);
        match next.map(|next| (next, next.entry, next.from - frame)) {
            Some((_, Entry::Fade(frames), left)) if left <= frames => canvas.dim(left as f32 / frames as f32),
            Some((next, Entry::Dissolve(frames), left)) if left <= frames / 2 => {
                canvas.blend(&self.plain(next, frame), 0.5 - left as f32 / frames as f32);
            }
            _ => {}
        }
        let since = frame - shot.from;
        match (shot.entry, index.checked_sub(1)) {
            (Entry::Fade(frames), Some(_)) if since < frames => canvas.dim(since as f32 / frames as f32),
            (Entry::Dissolve(frames), Some(before)) if since < frames / 2 => {
                canvas.blend(&self.plain(&self.shots[before], frame), 0.5 - since as f32 / frames as f32);
            }
            _ => {}
        }
        canvas
    }

    /// A frame of a shot without its transitions.
    fn plain(&self, shot: &Shot, frame: u32) -> Canvas {
        let ((cx, cy), zoom) = self.aim(shot, frame);
        let (w, h) = (self.width as f32 / 2.0, self.height as f32 / 2.0);
        let floor = self.height as f32 * 0.3;
        let mut canvas = Canvas::new(self.width, self.height, |x, y| {
            let place = ((x as f32 + 0.5 - w) / zoom + cx, (y as f32 + 0.5 - h) / zoom + cy);
            stage::colour(shot.stage, place, floor)
        });
        for person in self.people(shot, frame) {
            paint(&mut canvas, &person.joints, person.torso, &self.cast[person.dancer].clothes);
        }
        canvas
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn film() -> Film {
        Film::of((320, 180), 30, 120.0, 4.0, vec![Dancer::on_spot(0, 30.0, 0.0, 70.0)])
    }

    #[test]
    fn a_film_is_the_same_every_time() {
        assert_eq!(film().frame(17), film().frame(17));
        assert_ne!(film().frame(17), film().frame(25));
    }

    #[test]
    fn poses_are_reached_on_the_beat_and_held() {
        let film = film();
        let moved = |a: u32, b: u32| {
            let (a, b) = (&film.truth(a)[0].joints, &film.truth(b)[0].joints);
            a.iter().zip(b).map(|(a, b)| (a.0 - b.0).hypot(a.1 - b.1)).sum::<f32>()
        };
        // A beat is 15 frames.
        assert!(moved(12, 15) > 10.0 * moved(15, 18).max(0.01), "{} {}", moved(12, 15), moved(15, 18));
    }

    #[test]
    fn the_camera_moves_people_and_stage() {
        let mut film = film();
        film.shots[0].camera = Camera { pan: (60.0, 0.0), zoom: 2.0, ..Camera::default() };
        let truth = film.truth(30);
        assert!((truth[0].torso - 60.0).abs() < 1e-3);
        let hips = f32::midpoint(truth[0].joints[23].0, truth[0].joints[24].0);
        assert!((hips - (160.0 - 120.0)).abs() < 30.0, "{hips}");
    }

    #[test]
    fn transitions_pass_through_black_or_both() {
        let mut film = film();
        film.shots.push(Shot { from: 60, entry: Entry::Fade(10), stage: 2, camera: Camera::default() });
        let light = |frame: u32| film.frame(frame).gray().iter().map(|&v| u64::from(v)).sum::<u64>();
        assert_eq!(light(60), 0);
        assert!(light(45) > light(56) && light(64) < light(75));
    }
}
